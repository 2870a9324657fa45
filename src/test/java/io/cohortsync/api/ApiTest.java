package io.cohortsync.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.SegmentServer.Answer;
import io.cohortsync.testing.StateTables;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The HTTP API, called over HTTP. */
class ApiTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> SYNCS = List.of(
            "shapes",
            "waits",
            "queues",
            "plans",
            "plans-anew",
            "held",
            "fails",
            "paused",
            "refuses",
            "cut-off",
            "drops",
            "redrives",
            "stands-still");

    @TempDir
    static Path folder;

    private static SegmentServer segment;
    private static RunningApp app;

    @BeforeAll
    static void start() {
        segment = new SegmentServer();
        app = RunningApp.start(
                folder,
                """
                cohort-sync:
                  sources:
                    exports: { type: file, directory: $DIR }
                    old: { type: file, directory: $DIR, enabled: false }
                    nowhere: { type: file, directory: $DIR/none }
                    shop: { type: sql, url: "jdbc:h2:mem:api-shop" }
                    closed: { type: sql, url: "jdbc:h2:tcp://127.0.0.1:1/none" }
                    engage: { type: segment, shared-secret: engage-secret }
                  targets:
                    web: { type: segment, write-key: wk_test, base-url: %s }
                    app: { type: segment, write-key: wk_other, base-url: %s }
                  syncs:
                    disabled: { from: { source: exports, cohort: off.csv }, schedule: hourly, enabled: false, to: [ web ] }
                    of-old: { from: { source: old, cohort: old.csv }, schedule: hourly, to: [ web ] }
                    once: { from: { source: exports, cohort: once.csv }, schedule: once, to: [ web ] }
                    yearly: { from: { source: exports, cohort: yearly.csv }, schedule: "0 0 0 1 1 ? *", to: [ web, app ] }
                """.formatted(segment.url(), segment.url())
                        + SYNCS.stream()
                                .map(name -> "    " + name + ": { from: { source: exports, cohort: " + name
                                        + ".csv }, schedule: manual, to: [ web ] }\n")
                                .collect(Collectors.joining()));
    }

    @AfterAll
    static void stop() {
        app.close();
        segment.close();
    }

    @BeforeEach
    void behaveWell() {
        segment.behaveWell();
        segment.forgetRequests();
    }

    private static void members(String sync, String... keys) {
        try {
            Files.writeString(folder.resolve(sync + ".csv"), "user_id\n" + String.join("\n", keys) + "\n");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static JsonNode link(String sync) {
        return app.get("/api/syncs/" + sync).path("targets").path(0);
    }

    private static JsonNode problem(HttpResponse<String> response, int status) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("title").asText()).isNotBlank();
        assertThat(problem.path("detail").asText()).isNotBlank();
        assertThat(response.body()).doesNotContain("Exception").doesNotContain("io.cohortsync");
        return problem;
    }

    @Test
    void aRunIsShownAsTheDocumentationSays() {
        members("shapes", "ann", "bob");
        JsonNode run = app.run("shapes");

        assertThat(names(run))
                .containsExactly("id", "sync", "state", "trigger", "startedAt", "finishedAt", "read", "targets");
        assertThat(run.path("id").isIntegralNumber()).isTrue();
        assertThat(run.path("sync").asText()).isEqualTo("shapes");
        assertThat(run.path("state").asText()).isEqualTo("succeeded");
        assertThat(run.path("trigger").asText()).isEqualTo("manual");
        assertThat(Instant.parse(run.path("startedAt").asText()))
                .isBefore(Instant.parse(run.path("finishedAt").asText()));
        assertThat(run.path("read").asLong()).isEqualTo(2);
        assertThat(names(run.path("targets").path(0)))
                .containsExactly(
                        "target",
                        "state",
                        "invalid",
                        "anonymous",
                        "duplicate",
                        "same",
                        "settled",
                        "enter",
                        "exit",
                        "accepted",
                        "unmatched",
                        "rejected",
                        "failed",
                        "unknown",
                        "held",
                        "waiting",
                        "drift");

        assertThat(app.get("/api/runs/" + run.path("id").asLong())).isEqualTo(run);
        assertThat(app.get("/api/runs?sync=shapes")).containsExactly(run);
        assertThat(app.get("/api/runs")).contains(run);
    }

    @Test
    void aRunIsAnsweredAtOnceAndShownWhileItGoesOn() throws IOException {
        CountDownLatch let = holdUp();
        members("waits", "ann");

        HttpResponse<String> begun = app.call("POST", "/api/syncs/waits/run");

        assertThat(begun.statusCode()).isEqualTo(202);
        JsonNode run = JSON.readTree(begun.body());
        assertThat(run.path("state").asText()).isEqualTo("running");
        assertThat(run.has("finishedAt")).isFalse();
        await().until(() -> !segment.requests().isEmpty());
        assertThat(app.get("/api/syncs/waits").path("lastRun").asText()).isEqualTo("running");
        assertThat(link("waits").path("drift").asLong()).isEqualTo(1);
        let.countDown();

        String path = "/api/runs/" + run.path("id").asLong();
        await().until(() -> app.get(path).path("state").asText().equals("succeeded"));
    }

    @Test
    void whileARunGoesOnItIsTheAnswerAndOneMoreFollows() throws IOException {
        CountDownLatch let = holdUp();
        members("queues", "ann");
        long first = id(app.call("POST", "/api/syncs/queues/run"));
        await().until(() -> !segment.requests().isEmpty());

        for (int i = 0; i < 3; i++) {
            assertThat(id(app.call("POST", "/api/syncs/queues/run"))).isEqualTo(first);
        }
        members("queues", "ann", "bob");
        let.countDown();

        await().until(() -> segment.members("queues").size() == 2);
        await().until(() -> app.get("/api/runs?sync=queues").path(0).has("finishedAt"));
        JsonNode runs = app.get("/api/runs?sync=queues");
        assertThat(runs).hasSize(2);
        assertThat(runs.path(0).path("trigger").asText()).isEqualTo("follow-up");
        assertThat(runs.path(0).path("state").asText()).isEqualTo("succeeded");
        assertThat(runs.path(1).path("id").asLong()).isEqualTo(first);
    }

    @Test
    void waitingForARunWhoseNodeDiedEndsWithItsLease() throws IOException {
        members("cut-off", "ann");
        JdbcClient jdbc = JdbcClient.create(app.bean(DataSource.class));
        jdbc.sql("update sync set token = token + 1, owner = 'dead',"
                        + " lease_until = current_timestamp + interval '2' second where name = 'cut-off'")
                .update();
        jdbc.sql(
                        "insert into run (sync, token, state, started_by, started_at)"
                                + " select name, token, 'running', 'manual', current_timestamp from sync where name = 'cut-off'")
                .update();

        JsonNode problem = problem(app.call("POST", "/api/syncs/cut-off/run?wait=true"), 409);

        assertThat(problem.path("detail").asText()).contains("was cut off when its node stopped");
        await().until(() -> app.run("cut-off").path("state").asText().equals("succeeded"));
        JsonNode runs = app.get("/api/runs?sync=cut-off");
        assertThat(runs.path(runs.size() - 1).path("state").asText()).isEqualTo("failed");
        assertThat(runs.path(runs.size() - 1).path("error").asText())
                .isEqualTo("the node that ran it stopped or lost the state database");
    }

    private static long id(HttpResponse<String> response) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        return JSON.readTree(response.body()).path("id").asLong();
    }

    /** Every call from now on waits for the latch. */
    private static CountDownLatch holdUp() {
        CountDownLatch let = new CountDownLatch(1);
        segment.behave(request -> {
            try {
                let.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Answer.OK;
        });
        return let;
    }

    @Test
    void aPlanSendsAndChangesNothingAndTheRunAfterItDoesWhatItSaid() {
        members("plans", "ann", "bob", "cleo");
        app.run("plans");
        members("plans", "bob", "cleo", "dora", "bob", "");
        segment.forgetRequests();
        String before = StateTables.all(app);

        JsonNode plan = app.post("/api/syncs/plans/plan");

        assertThat(StateTables.all(app)).isEqualTo(before);
        assertThat(segment.requests()).isEmpty();
        assertThat(names(plan)).containsExactly("sync", "read", "targets");
        JsonNode planned = plan.path("targets").path(0);
        assertThat(planned.path("entering")).extracting(JsonNode::asText).containsExactly("dora");
        assertThat(planned.path("leaving")).extracting(JsonNode::asText).containsExactly("ann");
        assertThat(planned.path("estimatedCalls").asLong()).isEqualTo(1);

        JsonNode run = app.run("plans");
        assertThat(plan.path("read")).isEqualTo(run.path("read"));
        for (String count : List.of("invalid", "anonymous", "duplicate", "same", "settled", "enter", "exit", "held")) {
            assertThat(planned.path(count))
                    .as(count)
                    .isEqualTo(run.path("targets").path(0).path(count));
        }
        assertThat(segment.requests()).hasSize(1);
    }

    @Test
    void aPlanBeforeTheFirstRunAndALookAtEverythingChangeNothing() {
        members("plans-anew", "ann");
        String before = StateTables.all(app);

        assertThat(app.post("/api/syncs/plans-anew/plan")
                        .path("targets")
                        .path(0)
                        .path("enter")
                        .asLong())
                .isEqualTo(1);
        for (String path : List.of("syncs", "runs", "targets", "sources", "dead-letters")) {
            app.get("/api/" + path);
        }

        assertThat(StateTables.all(app)).isEqualTo(before);
    }

    @Test
    void aPlanOfABadSnapshotSaysWhatIsWrongWithIt() throws IOException {
        Files.deleteIfExists(folder.resolve("fails.csv"));

        JsonNode problem = problem(app.call("POST", "/api/syncs/fails/plan"), 422);

        assertThat(problem.path("detail").asText())
                .startsWith("The snapshot is not complete: File fails.csv does not exist; in ");
    }

    @Test
    void theStateOfALinkIsRightAfterSuccessFailureAndHold() throws IOException {
        assertThat(names(link("held"))).doesNotContain("desired", "drift", "error");
        assertThat(link("held").path("state").asText()).isEqualTo("new");
        members("held", "ann", "bob");
        app.run("held");
        JsonNode sync = app.get("/api/syncs/held");
        String lastSuccess = sync.path("lastSuccess").asText();
        assertThat(Instant.parse(lastSuccess)).isBeforeOrEqualTo(Instant.now());
        assertThat(sync.path("lastRun").asText()).isEqualTo("succeeded");
        assertLink("held", "succeeded", 2, 2, 0, 0);

        members("held");
        assertThat(app.run("held").path("state").asText()).isEqualTo("held");
        assertLink("held", "held", 0, 2, 2, 2);
        assertThat(link("held").path("error").asText()).contains("2 exits held");
        JsonNode plan = app.post("/api/syncs/held/plan").path("targets").path(0);
        assertThat(plan.path("held").asLong()).isEqualTo(2);
        assertThat(plan.path("estimatedCalls").asLong()).isZero();
        assertThat(plan.path("why").asText()).contains("2 exits held");

        Files.delete(folder.resolve("held.csv"));
        assertThat(app.run("held").path("state").asText()).isEqualTo("failed");
        JsonNode failed = app.get("/api/syncs/held");
        assertThat(failed.path("lastRun").asText()).isEqualTo("failed");
        assertThat(failed.path("error").asText()).startsWith("File held.csv does not exist");
        assertThat(failed.path("lastSuccess").asText()).isEqualTo(lastSuccess);
        assertLink("held", "failed", 0, 2, 2, 2);

        members("held", "ann", "bob", "cleo");
        segment.behave(request -> Answer.status(401));
        assertThat(app.run("held").path("state").asText()).isEqualTo("incomplete");
        assertLink("held", "incomplete", 3, 2, 1, 0);
        JsonNode target = app.get("/api/targets").path(0);
        assertThat(target.path("stopped").asText()).startsWith("HTTP 401");
        segment.behaveWell();
        assertThat(app.post("/api/targets/web/resume").has("stopped")).isFalse();
        app.run("held");
        assertLink("held", "succeeded", 3, 3, 0, 0);
    }

    private static void assertLink(String sync, String state, long desired, long acknowledged, long drift, long held) {
        JsonNode link = link(sync);
        assertThat(link.path("state").asText()).isEqualTo(state);
        assertThat(link.path("desired").asLong()).isEqualTo(desired);
        assertThat(link.path("acknowledged").asLong()).isEqualTo(acknowledged);
        assertThat(link.path("drift").asLong()).isEqualTo(drift);
        assertThat(link.path("held").asLong()).isEqualTo(held);
    }

    @Test
    void aPausedSyncRunsOnlyOnceItIsResumed() throws IOException {
        members("paused", "ann");
        assertThat(app.post("/api/syncs/paused/pause").path("paused").asBoolean())
                .isTrue();

        JsonNode problem = problem(app.call("POST", "/api/syncs/paused/run?wait=true"), 409);
        assertThat(problem.path("detail").asText())
                .isEqualTo("Sync paused is paused: POST /api/syncs/paused/resume first");
        assertThat(app.post("/api/syncs/paused/plan").path("read").asLong()).isEqualTo(1);

        assertThat(app.post("/api/syncs/paused/resume").path("paused").asBoolean())
                .isFalse();
        assertThat(app.runLink("paused").path("accepted").asLong()).isEqualTo(1);
    }

    @Test
    void theNextRunIsWhatTheScheduleAndThePausesSay() {
        assertThat(app.get("/api/syncs/yearly").path("nextRun").asText()).endsWith("-01-01T00:00:00Z");
        app.post("/api/syncs/yearly/pause");
        assertThat(app.get("/api/syncs/yearly").has("nextRun")).isFalse();
        app.post("/api/syncs/yearly/resume");
        assertThat(app.get("/api/syncs/yearly").has("nextRun")).isTrue();
        assertThat(app.get("/api/syncs/shapes").has("nextRun")).isFalse();
        assertThat(app.get("/api/syncs/disabled").has("nextRun")).isFalse();
        assertThat(app.get("/api/syncs/of-old").has("nextRun")).isFalse();

        assertThat(app.get("/api/syncs/once").has("nextRun")).isTrue();
        members("once", "ann");
        app.run("once");
        assertThat(app.get("/api/syncs/once").has("nextRun")).isFalse();
    }

    @Test
    void aTargetThatIsPausedKeepsItsChangesWaiting() {
        members("stands-still", "ann");
        assertThat(app.post("/api/targets/web/pause").path("paused").asBoolean())
                .isTrue();

        JsonNode run = app.run("stands-still");
        assertThat(run.path("state").asText()).isEqualTo("incomplete");
        assertThat(run.path("targets").path(0).path("waiting").asLong()).isEqualTo(1);
        assertThat(segment.requests()).isEmpty();

        assertThat(app.post("/api/targets/web/resume").path("paused").asBoolean())
                .isFalse();
        await().until(() -> app.run("stands-still").path("state").asText().equals("succeeded"));
    }

    @Test
    void sourcesAndTargetsAreShownWithoutSecrets() {
        JsonNode sources = app.get("/api/sources");
        assertThat(names(sources.path(0))).containsExactly("name", "type", "enabled", "syncs");
        assertThat(sources.path(0).path("name").asText()).isEqualTo("exports");
        assertThat(sources.path(0).path("syncs")).hasSizeGreaterThan(5);
        assertThat(sources.path(1).path("enabled").asBoolean()).isFalse();

        JsonNode targets = app.get("/api/targets");
        assertThat(targets).hasSize(2);
        assertThat(names(targets.path(0))).startsWith("name", "type", "enabled", "paused");
        assertThat(targets.toString()).doesNotContain("wk_test");

        JsonNode syncs = app.get("/api/syncs");
        assertThat(syncs).extracting(sync -> sync.path("name").asText()).contains("disabled", "of-old", "yearly");
        assertThat(app.get("/api/syncs/yearly").path("targets"))
                .extracting(link -> link.path("target").asText())
                .containsExactly("web", "app");
    }

    @Test
    void aDeadLetterIsListedRedrivenAndGoneOnceItIsTaken() throws IOException {
        segment.behave(request -> request.userIds().contains("bad") ? Answer.status(400) : Answer.OK);
        members("refuses", "ann", "bad");
        assertThat(app.runLink("refuses").path("rejected").asLong()).isEqualTo(1);
        assertThat(app.runLink("refuses").path("settled").asLong()).isEqualTo(1);

        JsonNode letter = app.get("/api/dead-letters?sync=refuses&target=web&reason=HTTP%20400")
                .path(0);
        assertThat(names(letter))
                .containsExactly(
                        "id",
                        "sync",
                        "target",
                        "memberKey",
                        "direction",
                        "reason",
                        "reasonClass",
                        "words",
                        "attempts",
                        "firstAt",
                        "lastAt",
                        "nextTry");
        assertThat(letter.path("memberKey").asText()).isEqualTo("bad");
        assertThat(letter.path("direction").asText()).isEqualTo("enter");
        assertThat(link("refuses").path("settled").asLong()).isEqualTo(1);
        assertThat(link("refuses").path("deadLetters").asLong()).isEqualTo(1);
        assertThat(link("refuses").path("drift").asLong()).isZero();

        assertThat(redrive("sync=plans").path("redriven").asInt()).isZero();
        assertThat(problem(app.call("POST", "/api/dead-letters/redrive?reason=HTTP%20413"), 404)
                        .path("detail")
                        .asText())
                .startsWith("There is no dead letter with the reason HTTP 413; there are: [HTTP 400");
        problem(app.call("POST", "/api/dead-letters/redrive?rate=0"), 400);
        assertThat(app.runLink("refuses").path("settled").asLong()).isEqualTo(1);
        JsonNode refused = redriven("sync=refuses&target=web&reason=HTTP%20400");
        assertThat(refused.path("redriven").asInt()).isEqualTo(1);
        assertThat(refused.path("refused").asInt()).isEqualTo(1);
        assertThat(app.get("/api/runs?sync=refuses").path(0).path("trigger").asText())
                .isEqualTo("redrive");
        assertThat(app.get("/api/dead-letters?sync=refuses")
                        .path(0)
                        .path("attempts")
                        .asLong())
                .isEqualTo(2);

        segment.behaveWell();
        assertThat(redriven("sync=refuses").path("accepted").asInt()).isEqualTo(1);
        assertThat(app.get("/api/dead-letters?sync=refuses")).isEmpty();
        assertLink("refuses", "succeeded", 2, 2, 0, 0);

        segment.behave(request -> request.userIds().contains("bad") ? Answer.status(400) : Answer.OK);
        members("refuses", "ann");
        assertThat(app.runLink("refuses").path("rejected").asLong()).isEqualTo(1);
        assertThat(app.get("/api/dead-letters?sync=refuses")
                        .path(0)
                        .path("direction")
                        .asText())
                .isEqualTo("exit");
        assertThat(app.runLink("refuses").path("exit").asLong()).isZero();
        assertThat(link("refuses").path("acknowledged").asLong()).isEqualTo(2);
        segment.behaveWell();
        assertThat(redriven("").path("accepted").asInt()).isPositive();
        assertThat(segment.members("refuses")).containsExactly("ann");
    }

    private static JsonNode redrive(String filter) throws IOException {
        HttpResponse<String> begun = app.call("POST", "/api/dead-letters/redrive?" + filter);
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
        return JSON.readTree(begun.body());
    }

    /** Redrives, and waits for the end of it and of the runs that it began. */
    private static JsonNode redriven(String filter) throws IOException {
        String path = "/api/dead-letters/redrives/" + redrive(filter).path("id").asLong();
        JsonNode end = await().until(
                        () -> app.get(path),
                        redrive -> redrive.path("state").asText().equals("done"));
        await().until(() -> app.get("/api/runs").findValuesAsText("finishedAt").size()
                == app.get("/api/runs").size());
        return end;
    }

    @Test
    void aDroppedDeadLetterIsGoneAndItsChangeStaysSettled() throws IOException {
        segment.behave(request -> request.userIds().contains("bad") ? Answer.status(400) : Answer.OK);
        members("drops", "ann", "bad");
        app.run("drops");
        long id = app.get("/api/dead-letters?sync=drops").path(0).path("id").asLong();

        assertThat(app.call("DELETE", "/api/dead-letters/" + id).statusCode()).isEqualTo(204);

        assertThat(app.get("/api/dead-letters?sync=drops")).isEmpty();
        assertThat(link("drops").path("deadLetters").asLong()).isZero();
        segment.forgetRequests();
        assertThat(app.runLink("drops").path("settled").asLong()).isEqualTo(1);
        assertThat(segment.requests()).isEmpty();
        assertThat(problem(app.call("DELETE", "/api/dead-letters/" + id), 404)
                        .path("detail")
                        .asText())
                .isEqualTo("There is no dead letter " + id);
    }

    @Test
    void redrivingDuringARunHarmsNeither() throws IOException {
        segment.behave(request -> request.userIds().contains("bad") ? Answer.status(400) : Answer.OK);
        members("redrives", "ann", "bad");
        app.run("redrives");
        CountDownLatch let = holdUp();
        members("redrives", "ann", "bad", "cleo");
        assertThat(id(app.call("POST", "/api/syncs/redrives/run"))).isPositive();
        await().until(() -> segment.requests().stream()
                .anyMatch(request -> request.userIds().contains("cleo")));

        JsonNode redrive = redrive("sync=redrives");
        assertThat(redrive.path("redriven").asInt()).isEqualTo(1);
        segment.behaveWell();
        let.countDown();

        String path = "/api/dead-letters/redrives/" + redrive.path("id").asLong();
        await().until(() -> app.get(path).path("accepted").asInt() == 1);
        await().until(() -> app.get("/api/runs?sync=redrives").path(0).has("finishedAt"));
        assertThat(app.get("/api/runs?sync=redrives"))
                .allSatisfy(run -> assertThat(run.path("state").asText()).isEqualTo("succeeded"));
        assertThat(segment.members("redrives")).containsExactly("ann", "bad", "cleo");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/syncs/nope, 404",
        "POST, /api/syncs/nope/run, 404",
        "POST, /api/syncs/nope/plan, 404",
        "POST, /api/syncs/nope/pause, 404",
        "POST, /api/targets/nope/pause, 404",
        "GET, /api/runs?sync=nope, 404",
        "GET, /api/runs/999999, 404",
        "GET, /api/runs/one, 400",
        "GET, /api/runs/99999999999999999999, 400",
        "GET, /api/dead-letters?sync=nope, 404",
        "GET, /api/dead-letters?target=nope, 404",
        "POST, /api/dead-letters/redrive?sync=nope, 404",
        "GET, /api/dead-letters/redrives/999999, 404",
        "POST, /api/dead-letters/redrives/999999/cancel, 404",
        "POST, /api/runs/999999/cancel, 404",
        "DELETE, /api/dead-letters/999999, 404",
        "DELETE, /api/dead-letters/one, 400",
        "DELETE, /api/syncs/shapes, 405",
        "POST, /api/syncs, 405",
        "GET, /api/syncs/shapes/run, 405",
        "GET, /api/syncs/shapes/plan, 405",
        "GET, /api/syncs/shapes/pause, 405",
        "GET, /api/nothing, 404",
        "GET, /api, 404",
        "POST, /api/syncs/shapes/run?wait=maybe, 400",
        "POST, /api/syncs/shapes/approve?plan=null, 400",
        "POST, /api/syncs/shapes/approve?plam=abc, 400",
        "POST, /api/syncs/shapes/plan?target=web, 400",
        "POST, /api/syncs/shapes/resync?wait=true&target=null, 400",
        "POST, /api/syncs/disabled/run, 409",
        "POST, /api/syncs/of-old/run, 409",
        "POST, /api/syncs/of-old/plan, 409",
        "GET, /api/syncs/%F0%9F%98%80, 404",
        "POST, /api/syncs/a%20b%22%3Cscript%3E/run, 404",
        "POST, /api/syncs/$%7Bbean:runs%7D/run, 404",
        "GET, /api/syncs/%25%24%7Bx%7D, 404",
    })
    void aMistakeIsAnsweredAsAProblem(String method, String path, int status) throws IOException {
        JsonNode problem = problem(app.call(method, path), status);

        if (path.contains("nope") && path.contains("sync")) {
            assertThat(problem.path("detail").asText())
                    .startsWith("There is no sync named nope; configured: [cut-off, disabled, drops, fails, held, ");
        }
    }

    @Test
    void aBodyThatNobodyWouldReadIsRefused() throws Exception {
        for (String body : List.of("{\"plan\":\"abc\"}", "plan=abc")) {
            HttpRequest request = HttpRequest.newBuilder(app.uri("/api/syncs/shapes/approve"))
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            JsonNode problem =
                    problem(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()), 400);
            assertThat(problem.path("detail").asText())
                    .isEqualTo(
                            "approve takes no body; its parameters go into the address. Accepted: plan, target, wait");
        }
    }

    @Test
    void theSyncOfThePathIsMeantWhateverElseIsSentAlong() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(app.uri("/api/syncs/nope/plan"))
                .header("sync", "shapes")
                .header("wait", "true")
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();

        problem(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()), 404);
    }

    @ParameterizedTest
    @CsvSource({
        "Sec-Fetch-Site, cross-site, 403",
        "Sec-Fetch-Site, same-site, 403",
        "Sec-Fetch-Site, same-origin, 200",
        "Sec-Fetch-Site, none, 200",
        "Origin, https://evil.example, 403",
        "Origin, null, 403",
    })
    void aBrowserIsAnsweredOnlyOnPagesOfThisServer(String header, String value, int status) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(app.uri("/api/syncs"))
                .header(header, value)
                .build();
        HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(status);
        if (status == 403) {
            problem(response, 403);
        }
    }

    @Test
    void aPageOfThisServerItselfIsAnswered() throws Exception {
        URI uri = app.uri("/api/syncs");
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Origin", "http://" + uri.getAuthority())
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(request, HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/syncs", "/%61pi/syncs"})
    void aNameThatOnlyPointsHereIsRefused(String path) throws IOException {
        assertThat(raw(path, "evil.example")).startsWith("HTTP/1.1 403").contains("application/problem+json");
        assertThat(raw(path, "localhost")).startsWith("HTTP/1.1 200");
    }

    private static String raw(String path, String host) throws IOException {
        URI uri = app.uri(path);
        try (Socket socket = new Socket("127.0.0.1", uri.getPort());
                OutputStream out = socket.getOutputStream();
                InputStream in = socket.getInputStream()) {
            out.write(("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aClosedApiAnswersNobodyAndHealthEverybody(@TempDir Path elsewhere) throws IOException {
        try (RunningApp closed = RunningApp.start(
                elsewhere,
                "cohort-sync: { sources: {}, targets: {}, syncs: {}, sandbox: { enabled: true } }",
                "--cohort-sync.security.open=false")) {
            for (String path : Stream.of(
                            "/api/syncs",
                            "/%61pi/syncs",
                            "/api/nothing",
                            "/api/syncs/x",
                            "/sandbox/amplitude/cohorts",
                            "/sandbox/amplitude/files/../cohorts")
                    .toList()) {
                assertThat(problem(closed.call("GET", path), 403).path("detail").asText())
                        .contains("cohort-sync.security.open: true");
            }
            problem(closed.call("POST", "/api/syncs/x/run"), 403);
            problem(closed.call("POST", "/sandbox/push"), 403);
            // The vendors' APIs and pre-signed links have keys of their own.
            assertThat(closed.call("GET", "/sandbox/amplitude/api/3/cohorts").statusCode())
                    .isEqualTo(401);
            assertThat(closed.call("GET", "/sandbox/amplitude/files/rq_1.csv.gz")
                            .body())
                    .contains("SignatureDoesNotMatch");
            assertThat(closed.call("GET", "/actuator/health/liveness").statusCode())
                    .isEqualTo(200);
            assertThat(JSON.readTree(closed.call("GET", "/actuator/health").body())
                            .has("components"))
                    .isFalse();
            problem(closed.call("GET", "/actuator/prometheus"), 403);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "exports, accepted, ''",
        "nowhere, refused, there is no directory",
        "shop, accepted, ''",
        "closed, refused, The query to source closed failed",
        "engage, nothing to check, 'it is received, at /hooks/engage'"
    })
    void aSourceIsTried(String source, String result, String words) {
        JsonNode check = app.post("/api/sources/" + source + "/check");
        assertThat(check.path("source").asText()).isEqualTo(source);
        assertThat(check.path("result").asText()).isEqualTo(result);
        assertThat(check.path("words").asText()).contains(words);
    }

    @Test
    void theCohortsOfASourceAreListed() throws IOException {
        members("listed", "ann");
        Files.createDirectories(folder.resolve("below"));
        Files.writeString(folder.resolve("below/people.jsonl.gz"), "");
        assertThat(app.get("/api/sources/exports/cohorts").findValuesAsText("id"))
                .contains("listed.csv", "below/people.jsonl.gz")
                .doesNotContain("application.yaml");
        assertThat(problem(app.call("GET", "/api/sources/shop/cohorts"), 409)
                        .path("detail")
                        .asText())
                .contains("a sql source is read with queries");
        assertThat(app.get("/api/sources/engage/cohorts")).isEmpty();
        assertThat(problem(app.call("GET", "/api/sources/nowhere/cohorts"), 502)
                        .path("detail")
                        .asText())
                .contains("there is no directory");
        problem(app.call("GET", "/api/sources/unknown/cohorts"), 404);
        problem(app.call("POST", "/api/sources/unknown/check"), 404);
    }
}
