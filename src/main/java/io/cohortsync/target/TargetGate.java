package io.cohortsync.target;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The gate that every call to one target passes: so many at once, so many a second, and none while the target asks to be
 * left alone. A failure closes it for all, so that one target's trouble is met by waiting and not by more calls.
 */
public final class TargetGate {

    private static final Duration FIRST_BACK_OFF = Duration.ofMillis(500);
    private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(60);
    private static final Duration LOOK_AROUND = Duration.ofMillis(250);

    /** Once or twice is nothing. */
    private static final int WORTH_TELLING = 3;

    /** A little more than a second is shared out, since calls do not arrive as evenly as they go. */
    private static final Duration A_SECOND = Duration.ofMillis(1_100);

    private final Semaphore permits;
    private final Duration spacing;
    private long closedUntil = System.nanoTime();
    private long nextTurn = System.nanoTime();
    private int failuresInARow;

    /** @param rate calls a second, at most; empty: any number */
    TargetGate(int inFlight, OptionalInt rate) {
        this.permits = new Semaphore(inFlight, true);
        this.spacing = rate.isPresent() ? A_SECOND.dividedBy(rate.getAsInt()) : Duration.ZERO;
    }

    /**
     * Waits until a call may begin.
     *
     * @param mayGo asked again and again while waiting, and once more at the end; it throws when the call must not begin
     */
    public void enter(Runnable mayGo) throws InterruptedException {
        while (true) {
            mayGo.run();
            long wait = Math.max(closedFor(), nextTurnIn());
            if (wait > 0) {
                TimeUnit.NANOSECONDS.sleep(Math.min(wait, LOOK_AROUND.toNanos()));
            } else if (permits.tryAcquire(LOOK_AROUND.toMillis(), TimeUnit.MILLISECONDS)) {
                if (takeTurn()) {
                    return;
                }
                permits.release();
            }
        }
    }

    private synchronized boolean takeTurn() {
        if (closedFor() > 0 || nextTurnIn() > 0) {
            return false;
        }
        nextTurn = System.nanoTime() + spacing.toNanos();
        return true;
    }

    /** A call that had entered has ended. */
    public void leave() {
        permits.release();
    }

    /**
     * A call succeeded: the next failure backs off from the start.
     *
     * @return whether it had failed so often that somebody was to be told
     */
    public synchronized boolean succeeded() {
        boolean told = failuresInARow >= WORTH_TELLING;
        failuresInARow = 0;
        return told;
    }

    /**
     * A call failed: closes the gate for as long as was asked, or else for longer each time, with jitter.
     *
     * @return whether it has failed so often in a row by now that somebody is to be told, which is so once
     */
    public synchronized boolean failed(Optional<Duration> retryAfter) {
        boolean alreadyClosed = closedFor() > 0;
        int before = failuresInARow;
        Duration wait =
                retryAfter.orElseGet(() -> backOff(alreadyClosed ? Math.max(1, failuresInARow) : ++failuresInARow));
        closedUntil = Math.max(closedUntil, System.nanoTime() + wait.toNanos());
        return before < WORTH_TELLING && failuresInARow >= WORTH_TELLING;
    }

    /** Whether the last calls failed in a way that may pass. */
    public synchronized boolean isFailing() {
        return failuresInARow > 0;
    }

    private static Duration backOff(int failures) {
        long ceiling = Math.min(LONGEST_BACK_OFF.toMillis(), FIRST_BACK_OFF.toMillis() << Math.min(failures - 1, 10));
        return Duration.ofMillis(ceiling / 2 + ThreadLocalRandom.current().nextLong(ceiling / 2 + 1));
    }

    private synchronized long nextTurnIn() {
        return nextTurn - System.nanoTime();
    }

    private synchronized long closedFor() {
        return closedUntil - System.nanoTime();
    }
}
