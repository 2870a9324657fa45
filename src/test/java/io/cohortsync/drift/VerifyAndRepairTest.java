package io.cohortsync.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.testing.AmplitudeSandbox;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.CustomerIoServer;
import io.cohortsync.testing.CustomerIoServer.Answer;
import io.cohortsync.testing.JarProcess;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.Trial;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Somebody changes lists at the vendors behind our back: it is seen, said and mended, and nobody is removed. */
class VerifyAndRepairTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int DOWNLOADS = 4;

    @TempDir
    static Path folder;

    private static CustomerIoServer customerIo;
    private static AmplitudeSandbox amplitude;
    private static RunningApp app;

    @BeforeAll
    static void start() {
        customerIo = new CustomerIoServer();
        int port = JarProcess.freePort();
        String amp = "type: amplitude-cohorts, api-key: amp-key, secret-key: amp-secret, app-id: \"1\","
                + " owner: ops@example.com, base-url: \"http://127.0.0.1:" + port + "/sandbox/amplitude\"";
        StringBuilder syncs = new StringBuilder();
        Stream.of(
                        "mended: [ { target: cio, id-type: email } ]",
                        "unsettled: [ cio ]",
                        "broken: [ cio ]",
                        "doubted: [ cio, { target: cio-too, segment: doubted too } ]",
                        "busy: [ cio ]",
                        "audience: [ amp ]",
                        "mixed: [ web, cio, keyless, amp ]")
                .map(sync -> sync.split(": ", 2))
                .forEach(sync -> syncs.append("    ")
                        .append(sync[0])
                        .append(": { from: { source: files, cohort: ")
                        .append(sync[0])
                        .append(".csv }, schedule: manual, to: ")
                        .append(sync[1])
                        .append(" }\n"));
        app = RunningApp.start(
                folder,
                """
                cohort-sync:
                  sandbox: { enabled: true }
                  sources:
                    files: { type: file, directory: $DIR }
                    amps: %s
                  targets:
                    web: { type: segment, write-key: wk, base-url: "http://127.0.0.1:9" }
                    cio: { type: customerio, %s, base-url: "%s" }
                    cio-too: { type: customerio, %s, base-url: "%s" }
                    keyless: { type: customerio, site-id: site, tracking-api-key: tr4ck, base-url: "%s" }
                    amp: { %s }
                    amp-alone: { %s }
                  syncs:
                """.formatted(
                                        AmplitudeSandbox.source(port, ", monthly-downloads: " + DOWNLOADS),
                                        CustomerIoServer.KEYS,
                                        customerIo.url(),
                                        CustomerIoServer.KEYS,
                                        customerIo.url(),
                                        customerIo.url(),
                                        amp,
                                        amp.replace("amp-key", "other-key"))
                        + syncs.toString().replace("keyless,", "{ target: keyless, segment-id: 77 },"),
                "--server.port=" + port);
        amplitude = new AmplitudeSandbox(app);
    }

    @AfterAll
    static void stop() {
        app.close();
        customerIo.close();
    }

    @BeforeEach
    void behaveWell() {
        customerIo.behaveWell();
        customerIo.forgetRequests();
    }

    @AfterEach
    void theBooksBalance() {
        await().untilAsserted(() -> Books.assertBalanced(jdbc()));
    }

    private static JdbcTemplate jdbc() {
        return app.bean(JdbcTemplate.class);
    }

    private static JsonNode run(String sync, String... members) {
        try {
            Files.writeString(folder.resolve(sync + ".csv"), "user_id\n" + String.join("\n", members) + "\n");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return app.runLink(sync);
    }

    /** Lets a day pass for what a link knows. */
    private static void aDayLater(String sync) {
        for (String column : List.of("membership set since = since", "delivery set closed_at = closed_at")) {
            jdbc().update(
                            "update " + column
                                    + " - interval '1' day where link_id in (select id from link where sync = ?)",
                            sync);
        }
        // The reading back of every day is not what is looked at here.
        jdbc().update("update link set read_back_at = current_timestamp where sync = ?", sync);
    }

    private static JsonNode verify(String sync) {
        return app.post("/api/syncs/" + sync + "/verify").path("targets").path(0);
    }

    private static String problem(String call, int status) {
        HttpResponse<String> answer = app.call("POST", call);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        try {
            return JSON.readTree(answer.body()).path("detail").asText();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void assertFound(JsonNode link, long there, long missing, long extra, long unknownSettling) {
        assertThat(List.of("there", "missing", "extra", "unknownSettling"))
                .extracting(field -> link.path(field).asLong(-1))
                .as(link.toString())
                .containsExactly(there, missing, extra, unknownSettling);
    }

    private static String members(String sync) {
        return jdbc().queryForList(
                        "select * from membership where link_id in (select id from link where sync = ?) order by member_key",
                        sync)
                .toString();
    }

    private static int segment(String name) {
        return customerIo.segments(name).get(0).id();
    }

    @Test
    void whatCustomerIoLostIsFoundAndSentAgain() {
        run("mended", "Ann@x.com", "Bob@x.com", "cleo@x.com", "dan@x.com");
        aDayLater("mended");
        customerIo.takeOut(segment("mended"), "bob@x.com");
        customerIo.takeOut(segment("mended"), "cleo@x.com");
        customerIo.putIn(segment("mended"), "email", "stranger@x.com");
        String before = members("mended");

        JsonNode link = verify("mended");
        assertFound(link, 3, 2, 1, 0);
        assertThat(link.path("target").asText()).isEqualTo("cio");
        assertThat(link.path("acknowledged").asLong()).isEqualTo(4);
        assertThat(link.path("sampleMissing"))
                .extracting(JsonNode::asText)
                .containsExactlyInAnyOrder("bob@x.com", "cleo@x.com");
        assertThat(link.path("words").asText())
                .isEqualTo("of 4 acknowledged, 2 are not there: POST /api/syncs/mended/repair sends them again;"
                        + " 1 are there whom this sync did not add: they are never removed");
        assertThat(members("mended")).isEqualTo(before);
        JsonNode shown = app.get("/api/syncs/mended").path("targets").path(0).path("verified");
        assertThat(shown.path("missing").asLong()).isEqualTo(2);
        assertThat(shown.path("extra").asLong()).isEqualTo(1);
        assertThat(shown.path("at").asText()).isEqualTo(link.path("checkedAt").asText());

        customerIo.forgetRequests();
        JsonNode repaired = app.post("/api/syncs/mended/repair?wait=true");
        RunningApp.assertAddsUp(repaired.path("run"));
        assertThat(repaired.path("run").path("targets").path(0).path("accepted").asLong())
                .isEqualTo(2);
        assertFound(repaired.path("targets").path(0), 3, 2, 1, 0);
        assertThat(customerIo.members("mended"))
                .containsExactlyInAnyOrder("ann@x.com", "bob@x.com", "cleo@x.com", "dan@x.com", "stranger@x.com");
        assertThat(customerIo.requests()).noneMatch(request -> request.path().contains("remove_customers"));

        assertFound(verify("mended"), 5, 0, 1, 0);
        assertThat(app.post("/api/syncs/mended/repair").has("run"))
                .as("nobody to send again")
                .isFalse();
    }

    @Test
    void ofWhoIsInDoubtOrChangedAMomentAgoNothingIsConcluded() {
        run("unsettled", "ann", "bob", "cleo", "dan");
        customerIo.takeOut(segment("unsettled"), "ann");
        assertFound(verify("unsettled"), 3, 0, 0, 1);
        customerIo.putIn(segment("unsettled"), "id", "ann");
        aDayLater("unsettled");

        assertThat(run("unsettled", "ann", "bob", "cleo").path("accepted").asLong())
                .isEqualTo(1);
        customerIo.putIn(segment("unsettled"), "id", "dan");
        assertFound(verify("unsettled"), 4, 0, 0, 1);

        // As if the answer to what was sent first had not come.
        jdbc().update("update delivery set closed_at = null, outcome = null where exits = 0"
                + " and link_id = (select id from link where sync = 'unsettled')");
        customerIo.takeOut(segment("unsettled"), "cleo");
        assertFound(verify("unsettled"), 3, 0, 0, 2);
        assertThat(app.post("/api/syncs/unsettled/repair").has("run")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {503, 0, 200})
    void aPageThatIsLostChangesNothing(int status) {
        customerIo.pageSize(2);
        run("broken", "ann", "bob", "cleo", "dan");
        aDayLater("broken");
        customerIo.takeOut(segment("broken"), "ann");
        customerIo.behave(request -> request.path().contains("start=")
                ? Optional.of(new Answer(false, status, java.util.Map.of(), "<html>ann"))
                : Optional.empty());
        String before = members("broken");
        long runs = app.get("/api/runs?sync=broken").size();

        for (String call : List.of("verify", "repair")) {
            assertThat(problem("/api/syncs/broken/" + call, 502))
                    .startsWith("broken → cio could not be read, so nothing is concluded and nothing changed: ")
                    .doesNotContain("ann");
        }
        assertThat(members("broken")).isEqualTo(before);
        assertThat(app.get("/api/syncs/broken").path("targets").path(0).has("verified"))
                .isFalse();
        assertThat(app.get("/api/runs?sync=broken")).hasSize((int) runs);
        customerIo.pageSize(30_000);
        customerIo.behaveWell();
        customerIo.putIn(segment("broken"), "id", "ann");
    }

    @Test
    void whatOneTargetTellsAndIsNotBelievedChangesNothingAtTheOthers() {
        String[] people = Trial.people("p", 150).toArray(String[]::new);
        run("doubted", people);
        aDayLater("doubted");
        customerIo.takeOut(segment("doubted"), people[0]);
        Stream.of(people).limit(120).forEach(person -> customerIo.takeOut(segment("doubted too"), person));
        String before = members("doubted");

        assertThat(problem("/api/syncs/doubted/repair", 409))
                .contains("doubted → cio-too: 30 people were read back, and 120", "nothing was changed");
        assertThat(members("doubted")).isEqualTo(before);
        assertThat(app.post("/api/syncs/doubted/repair?target=cio&wait=true")
                        .path("run")
                        .path("targets")
                        .path(0)
                        .path("accepted")
                        .asLong())
                .isEqualTo(1);
    }

    @Test
    void theSyncDoesNotRunMeanwhileAndARunThatIsAskedForFollows() throws Exception {
        run("busy", "ann");
        aDayLater("busy");
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch readOn = new CountDownLatch(1);
        customerIo.behave(request -> {
            if (request.path().contains("/membership")) {
                reading.countDown();
                try {
                    readOn.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            return Optional.empty();
        });
        CompletableFuture<JsonNode> verified = CompletableFuture.supplyAsync(() -> verify("busy"));
        reading.await();
        assertThat(problem("/api/syncs/busy/verify", 409))
                .startsWith("A run of sync busy is under way, or it is being verified");
        HttpResponse<String> run = app.call("POST", "/api/syncs/busy/run");
        assertThat(run.statusCode()).isEqualTo(202);
        assertThat(run.body()).contains("\"state\":\"follows\"");
        readOn.countDown();

        assertFound(verified.get(), 1, 0, 0, 0);
        await().untilAsserted(() -> assertThat(
                        app.get("/api/runs?sync=busy").path(0).path("trigger").asText())
                .isEqualTo("follow-up"));
    }

    @Test
    void whatAmplitudeLostIsFoundByADownloadAsLongAsThereAreAny() {
        run("audience", "ann", "bob", "cleo");
        String cohort =
                app.get("/sandbox/amplitude/cohorts").findValuesAsText("id").get(0);
        assertFound(verify("audience"), 3, 0, 0, 0);
        aDayLater("audience");
        amplitude.change(cohort, "{\"members\":[\"ann\",\"stranger\",{\"amplitude_id\":\"7\"}]}");
        amplitude.behave("{\"inPlaceBelow\":0}");

        JsonNode link = verify("audience");
        assertFound(link, 2, 2, 1, 0);
        assertThat(link.path("words").asText())
                .endsWith("; this cost a download: 2 of this month's 4 of the project are used");
        amplitude.behave("{\"truncated\":true}");
        assertThat(problem("/api/syncs/audience/verify", 502)).startsWith("audience → amp could not be read");
        amplitude.behave("{}");
        JsonNode repaired = app.post("/api/syncs/audience/repair?wait=true");
        assertThat(repaired.path("run").path("targets").path(0).path("accepted").asLong())
                .isEqualTo(2);
        assertThat(app.get("/sandbox/amplitude/cohorts/" + cohort + "/members"))
                .extracting(JsonNode::asText)
                .contains("ann", "bob", "cleo", "stranger");

        // Counted together with what the source of the same key downloads.
        assertThat(app.get("/api/sources").findPath("downloads").path("used").asInt())
                .isEqualTo(DOWNLOADS);
        assertThat(problem("/api/syncs/audience/verify", 409))
                .startsWith("It cannot be read yet: waiting for quota until ");
        assertThat(problem("/api/syncs/audience/repair", 409)).contains("waiting for quota until ");
    }

    @Test
    void whatCannotBeAskedIsSaidOfEachTarget() {
        JsonNode links = app.post("/api/syncs/mixed/verify").path("targets");
        assertThat(links)
                .extracting(link ->
                        link.path("target").asText() + ": " + link.path("words").asText())
                .containsExactly(
                        "web: cannot be verified: Segment tells nobody who has a trait",
                        "cio: nothing to verify: nothing was sent yet",
                        "keyless: cannot be verified: target keyless has no app-api-key",
                        "amp: nothing to verify: nothing was sent yet");
        assertThat(links).noneMatch(link -> link.has("missing"));
        assertThat(app.post("/api/syncs/mixed/verify?target=web").path("targets"))
                .hasSize(1);
        assertThat(problem("/api/syncs/mixed/verify?target=amp-alone", 404))
                .contains("amp-alone", "[amp, cio, keyless, web]");
        assertThat(problem("/api/syncs/none/verify", 404)).contains("There is no sync named none");
    }
}
