package io.cohortsync.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TargetGateTest {

    private static final Runnable GO = () -> {};

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private static long millis(Callable<?> what) throws Exception {
        long before = System.nanoTime();
        what.call();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before);
    }

    private static Void enterAndLeave(TargetGate gate) throws InterruptedException {
        gate.enter(GO);
        gate.leave();
        return null;
    }

    @Test
    void noMoreThanTheLimitAreEverInside() throws Exception {
        TargetGate gate = new TargetGate(4, OptionalInt.empty());
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Future<Void>> calls = IntStream.range(0, 24)
                .mapToObj(i -> threads.submit((Callable<Void>) () -> {
                    for (int n = 0; n < 500; n++) {
                        gate.enter(GO);
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        Thread.onSpinWait();
                        inside.decrementAndGet();
                        gate.leave();
                    }
                    return null;
                }))
                .toList();
        for (Future<Void> call : calls) {
            call.get(30, TimeUnit.SECONDS);
        }

        assertThat(most.get()).isLessThanOrEqualTo(4).isGreaterThan(1);
        assertThat(inside.get()).isZero();
    }

    @Test
    void whoComesSeldomIsNotKeptOutByThoseWhoComeAllTheTime() throws Exception {
        TargetGate gate = new TargetGate(1, OptionalInt.empty());
        AtomicBoolean busy = new AtomicBoolean(true);
        IntStream.range(0, 8)
                .forEach(i -> threads.submit(() -> {
                    while (busy.get()) {
                        gate.enter(GO);
                        CountDownLatch call = new CountDownLatch(1);
                        call.await(5, TimeUnit.MILLISECONDS);
                        gate.leave();
                    }
                    return null;
                }));
        long longest = 0;
        for (int i = 0; i < 20; i++) {
            longest = Math.max(longest, millis(() -> enterAndLeave(gate)));
        }
        busy.set(false);

        // Eight calls of 5 ms are before it in the queue; a thread that could be overtaken would wait far longer.
        assertThat(longest).isLessThan(1_500);
    }

    @Test
    void aFailureClosesItForAllAndForAsLongAsWasAsked() throws Exception {
        TargetGate gate = new TargetGate(4, OptionalInt.empty());
        gate.enter(GO);
        long closedAt = System.nanoTime();
        gate.failed(Optional.of(Duration.ofMillis(1_200)));
        gate.leave();

        List<Future<Long>> entered = IntStream.range(0, 4)
                .mapToObj(i -> threads.submit(() -> {
                    enterAndLeave(gate);
                    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - closedAt);
                }))
                .toList();
        for (Future<Long> after : entered) {
            assertThat(after.get(10, TimeUnit.SECONDS)).isBetween(1_200L, 5_000L);
        }
    }

    @Test
    void aShorterWishDoesNotOpenItEarlier() throws Exception {
        TargetGate gate = new TargetGate(1, OptionalInt.empty());
        long closedAt = System.nanoTime();
        gate.failed(Optional.of(Duration.ofMillis(1_000)));
        gate.failed(Optional.of(Duration.ofMillis(1)));
        gate.failed(Optional.empty());
        enterAndLeave(gate);

        assertThat(System.nanoTime() - closedAt).isGreaterThanOrEqualTo(1_000_000_000L);
    }

    @Test
    void withoutAWishItBacksOffLongerEachTimeUntilACallSucceeds() throws Exception {
        TargetGate gate = new TargetGate(1, OptionalInt.empty());

        assertThat(closedAfterFailure(gate)).isBetween(250L, 1_400L);
        assertThat(closedAfterFailure(gate)).isBetween(500L, 1_900L);
        assertThat(closedAfterFailure(gate)).isBetween(1_000L, 2_900L);
        gate.succeeded();
        assertThat(closedAfterFailure(gate)).isBetween(250L, 1_400L);
    }

    private static long closedAfterFailure(TargetGate gate) throws Exception {
        return millis(() -> {
            gate.failed(Optional.empty());
            return enterAndLeave(gate);
        });
    }

    @Test
    void callsThatFailTogetherCountAsOneFailure() throws Exception {
        TargetGate gate = new TargetGate(4, OptionalInt.empty());
        IntStream.range(0, 3).forEach(i -> gate.failed(Optional.empty()));

        assertThat(closedAfterFailure(gate)).isBetween(250L, 1_400L);
    }

    @Test
    void whoMayNotGoIsTurnedAwayEvenWhileWaitingAndTakesNoPlace() throws Exception {
        TargetGate gate = new TargetGate(1, OptionalInt.empty());
        AtomicBoolean mayGo = new AtomicBoolean(true);
        Runnable asked = () -> {
            if (!mayGo.get()) {
                throw new IllegalStateException("paused");
            }
        };
        gate.enter(GO);
        Future<?> full = threads.submit(() -> {
            gate.enter(asked);
            return null;
        });
        mayGo.set(false);
        assertThatThrownBy(() -> full.get(5, TimeUnit.SECONDS)).hasRootCauseMessage("paused");
        gate.failed(Optional.of(Duration.ofMinutes(5)));
        assertThat(millis(() -> {
                    assertThatThrownBy(() -> gate.enter(asked)).hasMessage("paused");
                    return null;
                }))
                .isLessThan(1_000);
        gate.leave();

        TargetGate other = new TargetGate(1, OptionalInt.empty());
        assertThatThrownBy(() -> other.enter(asked)).hasMessage("paused");
        assertThat(millis(() -> enterAndLeave(other))).isLessThan(1_000);
    }

    @Test
    void callsOfManyLanesAreSpacedByTheRateHoweverShortTheyAre() throws Exception {
        TargetGate gate = new TargetGate(8, OptionalInt.of(50));
        Queue<Long> entered = new ConcurrentLinkedQueue<>();
        List<Future<Void>> lanes = IntStream.range(0, 8)
                .mapToObj(i -> threads.submit((Callable<Void>) () -> {
                    for (int n = 0; n < 8; n++) {
                        gate.enter(GO);
                        entered.add(System.nanoTime());
                        gate.leave();
                    }
                    return null;
                }))
                .toList();
        for (Future<Void> lane : lanes) {
            lane.get(30, TimeUnit.SECONDS);
        }
        List<Long> sorted = entered.stream().sorted().toList();
        assertThat(Duration.ofNanos(sorted.get(63) - sorted.get(0)))
                .isBetween(Duration.ofMillis(63 * 20), Duration.ofSeconds(10));
    }

    @Test
    void whoeverWaitsForItsTurnIsToldToStop() throws Exception {
        TargetGate gate = new TargetGate(4, OptionalInt.of(1));
        enterAndLeave(gate);
        AtomicBoolean stopped = new AtomicBoolean();
        Future<Void> waiting = threads.submit((Callable<Void>) () -> {
            gate.enter(() -> {
                if (stopped.get()) {
                    throw new IllegalStateException("stopped");
                }
            });
            return null;
        });
        stopped.set(true);
        assertThatThrownBy(() -> waiting.get(800, TimeUnit.MILLISECONDS)).hasMessageContaining("stopped");
    }
}
