package io.cohortsync.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.SegmentServer.Answer;
import io.cohortsync.testing.SegmentServer.Request;
import io.cohortsync.testing.Trial;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Targets that ask to be left alone, are slow, misconfigured or paused. Every case has a target of its own. */
@ExtendWith(OutputCaptureExtension.class)
class TroubledTargetTest {

    @TempDir
    static Path folder;

    private static SegmentServer segment;
    private static SegmentServer other;
    private static Trial trial;

    @BeforeAll
    static void start() {
        segment = new SegmentServer();
        other = new SegmentServer();
        trial = new Trial(folder);
        for (String name : List.of("patient", "storm", "dated", "shaky", "paused", "suspended", "state")) {
            trial.segment(name, segment.url() + "/" + name, "batch-size: 10").sync(name, "[ " + name + " ]");
        }
        trial.segment("busy", segment.url() + "/busy", "batch-size: 10")
                .sync("busy-one", "[ busy ]")
                .sync("busy-two", "[ busy ]");
        trial.segment("locked", segment.url() + "/locked")
                .segment("fine", other.url() + "/fine")
                .sync("locked-one", "[ locked, fine ]")
                .sync("locked-two", "[ locked ]")
                .sync("locked-three", "[ locked ]");
        trial.segment("stuck", segment.url() + "/stuck", "batch-size: 10").sync("slow", "[ stuck, fine ]");
        trial.segment("unreachable", "http://127.0.0.1:9").sync("gone", "[ unreachable ]");
        trial.start();
    }

    @AfterAll
    static void stop() {
        trial.close();
        segment.close();
        other.close();
    }

    @BeforeEach
    void forget() {
        segment.behaveWell();
        segment.forgetRequests();
        other.forgetRequests();
    }

    private static JsonNode part(JsonNode run, String target) {
        for (JsonNode link : run.path("targets")) {
            if (link.path("target").asText().equals(target)) {
                return link;
            }
        }
        throw new AssertionError(run.toString());
    }

    @Test
    void nobodyCallsBeforeTheRetryAfterOfA429HasPassedAndNothingIsLost() {
        AtomicLong lastRefusal = new AtomicLong();
        List<Long> early = java.util.Collections.synchronizedList(new ArrayList<>());
        AtomicInteger calls = new AtomicInteger();
        segment.behave(request -> {
            long since = request.atMillis() - lastRefusal.get();
            // Calls that were on their way already are nobody's fault.
            if (since > 200 && since < 1_950) {
                early.add(since);
            }
            if (calls.incrementAndGet() % 9 == 1 && calls.get() < 20) {
                lastRefusal.set(System.currentTimeMillis());
                return Answer.status(429).header("retry-AFTER", "2");
            }
            return Answer.OK.after(30);
        });
        trial.cohort("busy-one", Trial.people("a", 150));
        trial.cohort("busy-two", Trial.people("b", 150));
        CompletableFuture<JsonNode> one = trial.begin("busy-one");
        CompletableFuture<JsonNode> two = trial.begin("busy-two");

        for (JsonNode run : List.of(one.join(), two.join())) {
            assertThat(run.path("state").asText()).isEqualTo("succeeded");
            assertThat(part(run, "busy").path("accepted").asLong()).isEqualTo(150);
        }
        assertThat(early).isEmpty();
        assertThat(segment.members("busy-one")).hasSize(150);
        assertThat(segment.members("busy-two")).hasSize(150);
        assertThat(trial.deadLetters("busy-one")).isEmpty();
        assertThat(trial.inDoubt("busy-one") + trial.inDoubt("busy-two")).isZero();
    }

    @Test
    void aStormOf429sWithFourCallsInFlightIsSatOut() {
        long end = System.currentTimeMillis() + 30_000;
        AtomicLong mayCallFrom = new AtomicLong();
        List<Long> early = java.util.Collections.synchronizedList(new ArrayList<>());
        segment.behave(request -> {
            // Calls that were on their way already when the first of them was refused are nobody's fault.
            if (request.atMillis() < mayCallFrom.get() - 50 && request.atMillis() > mayCallFrom.get() - 3_800) {
                early.add(mayCallFrom.get() - request.atMillis());
            }
            if (request.atMillis() < end) {
                mayCallFrom.accumulateAndGet(System.currentTimeMillis() + 4_000, Math::max);
                return Answer.status(429).header("Retry-After", "4");
            }
            return Answer.OK.after(30);
        });
        trial.cohort("storm", Trial.people("p", 400));

        JsonNode link = trial.runLink("storm");

        assertThat(link.path("state").asText()).isEqualTo("succeeded");
        assertThat(link.path("accepted").asLong()).isEqualTo(400);
        assertThat(early).isEmpty();
        assertThat(segment.requests().size())
                .as("calls, of which 40 were taken")
                .isBetween(45, 90);
        assertThat(segment.members("storm")).hasSize(400);
        assertThat(trial.deadLetters("storm")).isEmpty();
        assertThat(trial.inDoubt("storm")).isZero();
    }

    @Test
    void waitingAsAskedDoesNotUseUpTheRetries() {
        AtomicInteger calls = new AtomicInteger();
        segment.behave(
                request -> calls.incrementAndGet() <= 7 ? Answer.status(503).header("Retry-After", "0") : Answer.OK);
        trial.cohort("patient", List.of("ann"));

        assertThat(trial.runLink("patient").path("accepted").asLong()).isEqualTo(1);
        List<Request> sent = segment.requests();
        assertThat(sent).hasSize(8);
        for (int i = 1; i < sent.size(); i++) {
            assertThat(sent.get(i).atMillis() - sent.get(i - 1).atMillis())
                    .as("at least a second")
                    .isGreaterThanOrEqualTo(990);
        }
    }

    @Test
    void aDateIsWaitedForAsWell() {
        Instant until = Instant.now().plusSeconds(3).truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(until.atOffset(ZoneOffset.UTC));
        segment.behave(
                request -> segment.requests().size() == 1 ? Answer.status(429).header("Retry-After", date) : Answer.OK);
        trial.cohort("dated", List.of("ann"));

        assertThat(trial.runLink("dated").path("accepted").asLong()).isEqualTo(1);
        assertThat(segment.requests().get(1).atMillis()).isGreaterThanOrEqualTo(until.toEpochMilli() - 20);
    }

    @Test
    void aMisconfiguredTargetStopsOnceForAllItsSyncsAndNoOtherTargetIsTouched(CapturedOutput output) {
        segment.behave(request -> Answer.status(401));
        List<String> syncs = List.of("locked-one", "locked-two", "locked-three");
        syncs.forEach(sync -> trial.cohort(sync, List.of("ann", "bob")));
        List<CompletableFuture<JsonNode>> begun =
                syncs.stream().map(trial::begin).toList();
        List<JsonNode> runs = begun.stream().map(CompletableFuture::join).toList();

        assertThat(runs).allSatisfy(run -> {
            assertThat(run.path("state").asText()).isEqualTo("incomplete");
            assertThat(part(run, "locked").path("waiting").asLong()).isEqualTo(2);
            assertThat(part(run, "locked").path("error").asText()).contains("locked", "HTTP 401");
        });
        assertThat(part(runs.get(0), "fine").path("state").asText()).isEqualTo("succeeded");
        assertThat(other.members("locked-one")).containsExactly("ann", "bob");
        assertThat(output.getAll().lines().filter(line -> line.contains("ERROR")))
                .hasSize(1);
        assertThat(output.getAll()).doesNotContain("wk_locked").doesNotContain("Exception");
        syncs.forEach(sync -> assertThat(trial.deadLetters(sync)).isEmpty());
        syncs.forEach(sync -> assertThat(trial.inDoubt(sync)).isZero());

        segment.behaveWell();
        trial.app().post("/api/targets/locked/resume");
        syncs.forEach(sync -> assertThat(
                        part(trial.run(sync), "locked").path("accepted").asLong())
                .isEqualTo(2));
    }

    @Test
    void whileATargetFailsItIsSaidInTheLogAndInHealth(CapturedOutput output) {
        CountDownLatch seen = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        segment.behave(request -> {
            if (calls.incrementAndGet() <= 3) {
                return Answer.status(500);
            }
            awaitQuietly(seen);
            return Answer.OK;
        });
        trial.cohort("shaky", List.of("ann"));
        CompletableFuture<JsonNode> run = trial.begin("shaky");
        await().atMost(Duration.ofSeconds(30)).until(() -> calls.get() > 3);
        assertThat(trial.app()
                        .get("/actuator/health")
                        .path("components")
                        .path("targets")
                        .path("details")
                        .path("shaky")
                        .asText())
                .isEqualTo("the last calls failed and are tried again: GET /api/targets/shaky/attempts");
        seen.countDown();

        assertThat(run.join().path("state").asText()).isEqualTo("succeeded");
        assertThat(output.getAll().lines().filter(line -> line.contains("Target shaky")))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .contains(
                                        "Target shaky fails, and the same calls are tried again for a while: HTTP 500"),
                        line -> assertThat(line).contains("Target shaky takes what is sent again"));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aSlowTargetDelaysNoOtherOfTheSameRun() {
        segment.behave(request -> Answer.OK.after(4_000));
        trial.cohort("slow", Trial.people("p", 100));
        JsonNode run = trial.run("slow");

        assertThat(run.path("state").asText()).isEqualTo("succeeded");
        long firstSlowAnswer = segment.requests().get(0).atMillis() + 4_000;
        assertThat(segment.requests()).hasSize(10);
        assertThat(other.requests())
                .isNotEmpty()
                .allSatisfy(request -> assertThat(request.atMillis()).isLessThan(firstSlowAnswer));
        assertThat(other.members("slow")).hasSize(100);
    }

    @Test
    void pausingATargetInMidRunLeavesTheRestWaitingAndTheNextRunFinishes() {
        segment.behave(request -> Answer.OK.after(300));
        trial.cohort("paused", Trial.people("p", 300));
        CompletableFuture<JsonNode> begun = trial.begin("paused");
        await().until(() -> segment.requests().size() >= 4);
        trial.app().post("/api/targets/paused/pause");
        JsonNode link = part(begun.join(), "paused");

        assertThat(link.path("state").asText()).isEqualTo("incomplete");
        assertThat(link.path("waiting").asLong()).isPositive();
        assertThat(link.path("accepted").asLong())
                .isPositive()
                .isEqualTo(segment.requests().size() * 10L)
                .isEqualTo(300 - link.path("waiting").asLong());
        assertThat(link.path("error").asText()).isEqualTo("target paused is paused");
        assertThat(trial.inDoubt("paused")).isZero();

        int calls = segment.requests().size();
        assertThat(trial.runLink("paused").path("accepted").asLong()).isZero();
        assertThat(segment.requests()).hasSize(calls);

        trial.app().post("/api/targets/paused/resume");
        // Whether it has reached the route as well.
        await().untilAsserted(() ->
                assertThat(trial.runLink("paused").path("drift").asLong()).isZero());
        assertThat(segment.members("paused")).hasSize(300);
    }

    @Test
    void pausingASyncEndsItsRunAfterTheCallsInFlight() {
        segment.behave(request -> Answer.OK.after(300));
        trial.cohort("suspended", Trial.people("p", 300));
        CompletableFuture<JsonNode> begun = trial.begin("suspended");
        await().until(() -> segment.requests().size() >= 4);
        trial.app().post("/api/syncs/suspended/pause");
        JsonNode link = part(begun.join(), "suspended");

        assertThat(link.path("waiting").asLong()).isPositive();
        assertThat(link.path("accepted").asLong())
                .isEqualTo(segment.requests().size() * 10L)
                .isEqualTo(300 - link.path("waiting").asLong());
        assertThat(trial.app()
                        .call("POST", "/api/syncs/suspended/run?wait=true")
                        .statusCode())
                .isEqualTo(409);

        trial.app().post("/api/syncs/suspended/resume");
        assertThat(trial.runLink("suspended").path("drift").asLong()).isZero();
        assertThat(segment.members("suspended")).hasSize(300);
    }

    @Test
    void whatNeverReachedAPausedTargetIsWaitingAndNotInDoubt() {
        trial.cohort("gone", List.of("ann"));
        CompletableFuture<JsonNode> begun = trial.begin("gone");
        await().until(() -> trial.inDoubt("gone") == 1);
        trial.app().post("/api/targets/unreachable/pause");
        JsonNode link = part(begun.join(), "unreachable");

        assertThat(link.path("waiting").asLong()).isEqualTo(1);
        assertThat(trial.inDoubt("gone")).isZero();
    }

    @Test
    void aStateDatabaseThatDoesNotAnswerForAWhileStopsNoTargetAndLosesNothing(CapturedOutput output) throws Exception {
        segment.behave(
                request -> segment.requests().size() == 1 ? Answer.status(429).header("Retry-After", "2") : Answer.OK);
        trial.cohort("state", Trial.people("p", 40));
        CompletableFuture<JsonNode> begun = trial.begin("state");
        await().until(() -> !segment.requests().isEmpty());
        List<Connection> taken = new ArrayList<>();
        DataSource database = trial.app().bean(DataSource.class);
        for (int i = 0; i < 20; i++) {
            taken.add(database.getConnection());
        }
        try {
            // The pool gives up after 5 s.
            await().pollDelay(Duration.ofMillis(6_500)).until(() -> true);
        } finally {
            for (Connection connection : taken) {
                connection.close();
            }
        }
        JsonNode link = part(begun.join(), "state");

        assertThat(link.path("accepted").asLong()).isEqualTo(40);
        assertThat(trial.targetView("state").has("stopped")).isFalse();
        assertThat(segment.members("state")).hasSize(40);
        assertThat(trial.inDoubt("state")).isZero();
        assertThat(output.getAll()).doesNotContain("ERROR").containsOnlyOnce("The state database does not answer");
        assertThat(output.getAll()).doesNotContain("\tat ");
    }
}
