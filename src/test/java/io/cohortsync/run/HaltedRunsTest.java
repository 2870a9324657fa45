package io.cohortsync.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.SegmentServer.Answer;
import io.cohortsync.testing.Trial;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs that are cancelled, or whose sync is paused, while they read and while they deliver. */
class HaltedRunsTest {

    @TempDir
    static Path folder;

    private static SegmentServer segment;
    private static Trial trial;

    @BeforeAll
    static void start() {
        segment = new SegmentServer();
        trial = new Trial(folder)
                .segment("web", segment.url(), "batch-size: 10", "in-flight: 1")
                .segment("app", segment.url() + "/app", "batch-size: 10", "in-flight: 1")
                .segment("shut", segment.url() + "/shut", "batch-size: 10", "in-flight: 1")
                .sync("cancelled", "[ web, { target: app, trait: \"{name} app\" } ]")
                .sync("paused", "[ web ]")
                .sync("gated", "[ shut ]")
                .source("numbers", "type: sql, url: \"jdbc:h2:mem:numbers;LAZY_QUERY_EXECUTION=1\"")
                .syncAsWritten("""
                        endless:
                          from: { source: numbers, query: "select 'p' || x as user_id from system_range(1, 1000000000)" }
                          schedule: manual
                          to: [ web ]
                        """)
                .start();
    }

    @AfterAll
    static void stop() {
        trial.close();
        segment.close();
    }

    @BeforeEach
    void behaveWell() {
        segment.behaveWell();
        segment.forgetRequests();
    }

    private static long running(String sync) {
        return await().until(
                        () -> trial.app().get("/api/runs?sync=" + sync).path(0),
                        run -> run.path("state").asText().equals("running"))
                .path("id")
                .asLong();
    }

    private static int cancel(long run) {
        return trial.app().call("POST", "/api/runs/" + run + "/cancel").statusCode();
    }

    private static JsonNode end(CompletableFuture<JsonNode> run) throws Exception {
        return run.get(10, TimeUnit.SECONDS);
    }

    /** Every call to web waits for the latch; every other is answered. */
    private static CountDownLatch holdUpWeb() {
        CountDownLatch let = new CountDownLatch(1);
        segment.behave(request -> {
            if (!request.path().startsWith("/app")) {
                try {
                    let.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return Answer.OK;
        });
        return let;
    }

    @Test
    void aCancelledRunEndsAfterTheCallsUnderWayAndTheNextOneGoesOnFromThere() throws Exception {
        trial.cohort("cancelled", Trial.people("p", 100));
        CountDownLatch let = holdUpWeb();
        CompletableFuture<JsonNode> begun = trial.begin("cancelled");
        long id = running("cancelled");
        await().until(() -> segment.members("cancelled app").size() == 100
                && segment.requests().size() == 11);

        assertThat(cancel(id)).isEqualTo(202);
        let.countDown();

        JsonNode run = end(begun);
        RunningApp.assertAddsUp(run);
        assertThat(run.path("state").asText()).isEqualTo("cancelled");
        JsonNode web = run.path("targets").path(0);
        assertThat(web.path("state").asText()).isEqualTo("cancelled");
        assertThat(web.path("error").asText()).isEqualTo("the run was cancelled");
        // The call under way is answered; one more may have begun while the flag was not looked at again.
        assertThat(web.path("accepted").asLong()).isBetween(10L, 90L);
        assertThat(web.path("waiting").asLong())
                .isEqualTo(100 - web.path("accepted").asLong());
        assertThat(run.path("targets").path(1).path("state").asText()).isEqualTo("succeeded");
        JsonNode sync = trial.app().get("/api/syncs/cancelled");
        assertThat(sync.path("lastRun").asText()).isEqualTo("cancelled");
        assertThat(sync.has("lastSuccess")).isFalse();

        JsonNode next = trial.run("cancelled");
        assertThat(next.path("state").asText()).isEqualTo("succeeded");
        assertThat(next.path("targets").path(0).path("accepted").asLong())
                .isEqualTo(web.path("waiting").asLong());
        assertThat(cancel(id)).isEqualTo(409);
        assertThat(cancel(999_999)).isEqualTo(404);
    }

    @Test
    void aRunThatWaitsAtAShutGateIsCancelledAtOnce() throws Exception {
        trial.cohort("gated", Trial.people("p", 30));
        segment.behave(request -> Answer.status(429).header("Retry-After", "300"));
        CompletableFuture<JsonNode> begun = trial.begin("gated");
        long id = running("gated");
        await().until(() -> !segment.requests().isEmpty());

        assertThat(cancel(id)).isEqualTo(202);

        JsonNode run = end(begun);
        assertThat(run.path("state").asText()).isEqualTo("cancelled");
        assertThat(run.path("targets").path(0).path("waiting").asLong()).isEqualTo(30);
        assertThat(trial.inDoubt("gated")).isZero();
    }

    @Test
    void aPausedSyncsRunEndsAfterTheCallsUnderWay() throws Exception {
        trial.cohort("paused", Trial.people("p", 100));
        CountDownLatch let = holdUpWeb();
        CompletableFuture<JsonNode> begun = trial.begin("paused");
        running("paused");
        await().until(() -> !segment.requests().isEmpty());

        trial.app().post("/api/syncs/paused/pause");
        let.countDown();

        JsonNode run = end(begun);
        RunningApp.assertAddsUp(run);
        assertThat(run.path("state").asText()).isEqualTo("incomplete");
        assertThat(run.path("targets").path(0).path("error").asText()).isEqualTo("sync paused is paused");
        assertThat(run.path("targets").path(0).path("waiting").asLong()).isPositive();
        trial.app().post("/api/syncs/paused/resume");
        assertThat(trial.run("paused").path("state").asText()).isEqualTo("succeeded");
        assertThat(segment.members("paused")).hasSize(100);
    }

    @Test
    void aCancelledRebaselineHasNotFailedAndTheRunThatWasAskedForMeanwhileFollows() throws Exception {
        CompletableFuture<HttpResponse<String>> rebaseline =
                CompletableFuture.supplyAsync(() -> trial.app().call("POST", "/api/syncs/endless/rebaseline?forget=0"));
        long id = running("endless");
        assertThat(trial.app().call("POST", "/api/syncs/endless/run").statusCode())
                .isEqualTo(202);
        assertThat(cancel(id)).isEqualTo(202);

        HttpResponse<String> answer = rebaseline.get(10, TimeUnit.SECONDS);
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.body()).contains("the run was cancelled");
        assertThat(trial.app().get("/api/runs/" + id).path("state").asText()).isEqualTo("cancelled");

        long next = running("endless");
        assertThat(next).isGreaterThan(id);
        assertThat(trial.app().get("/api/runs/" + next).path("trigger").asText())
                .isEqualTo("follow-up");
        assertThat(cancel(next)).isEqualTo(202);
        await().until(() ->
                trial.app().get("/api/runs/" + next).path("state").asText().equals("cancelled"));
    }

    @ParameterizedTest
    @CsvSource({"cancelled, the run was cancelled", "incomplete, sync endless is paused"})
    void whatIsReadIsReadNoFurtherAndNothingIsSent(String state, String why) throws Exception {
        CompletableFuture<JsonNode> begun = trial.begin("endless");
        long id = running("endless");

        if (state.equals("cancelled")) {
            assertThat(cancel(id)).isEqualTo(202);
        } else {
            trial.app().post("/api/syncs/endless/pause");
        }

        JsonNode run = end(begun);
        assertThat(run.path("state").asText()).isEqualTo(state);
        assertThat(run.path("error").asText()).isEqualTo(why);
        assertThat(run.path("targets")).isEmpty();
        assertThat(segment.requests()).isEmpty();
        trial.app().post("/api/syncs/endless/resume");
    }
}
