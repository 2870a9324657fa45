package io.cohortsync.amplitude;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.AmplitudeSandbox;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.CustomerIoServer;
import io.cohortsync.testing.JarProcess;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A cohort's way out of Amplitude: asked for, waited for, fetched whole, and only then sent on. */
class AmplitudeSourceTest {

    private static final List<String> TO_SEGMENT = List.of(
            "first",
            "same",
            "unfinished",
            "archived",
            "gone",
            "hidden",
            "slow",
            "linked",
            "broken",
            "resized",
            "busy",
            "hangs",
            "planned",
            "api");

    @TempDir
    static Path folder;

    private static SegmentServer segment;
    private static CustomerIoServer customerIo;
    private static RunningApp app;
    private static AmplitudeSandbox amplitude;

    @BeforeAll
    static void start() {
        segment = new SegmentServer();
        customerIo = new CustomerIoServer();
        int port = JarProcess.freePort();
        StringBuilder yaml = new StringBuilder("cohort-sync:\n  sandbox: { enabled: true }\n  sources:\n");
        // A source each, since ten minutes allow a source only so many requests.
        for (String name : TO_SEGMENT) {
            yaml.append("    ")
                    .append(name)
                    .append(": ")
                    .append(AmplitudeSandbox.source(port, ""))
                    .append("\n");
        }
        yaml.append("    mail: ").append(AmplitudeSandbox.source(port, "")).append("\n");
        yaml.append("    groups: ").append(AmplitudeSandbox.source(port, "")).append("\n");
        yaml.append("    once: ")
                .append(AmplitudeSandbox.source(port, ", monthly-downloads: 1"))
                .append("\n");
        yaml.append("    ten: ")
                .append(AmplitudeSandbox.source(port, ", monthly-downloads: 10"))
                .append("\n");
        yaml.append("    demand: ")
                .append(AmplitudeSandbox.source(port, ", monthly-downloads: 50"))
                .append("\n");
        yaml.append("  targets:\n    web: { type: segment, write-key: wk, base-url: \"" + segment.url() + "\" }\n");
        yaml.append("    cio: { type: customerio, " + CustomerIoServer.KEYS + ", base-url: \"" + customerIo.url()
                + "\" }\n  syncs:\n");
        for (String name : TO_SEGMENT) {
            yaml.append("    " + name + ": { from: { source: " + name + ", cohort: c-" + name
                    + " }, schedule: manual, guard: { max-exits: off },"
                    + " to: [ { target: web, trait: amplitude-engage } ] }\n");
        }
        yaml.append("    mail: { from: { source: mail, cohort: c-mail, member-key: \"property:e+mail address\" },"
                + " schedule: manual, to: [ { target: cio, segment: \"In {name}\", id-type: email } ] }\n");
        yaml.append("    groups: { from: { source: groups, cohort: c-groups, member-key: group_value },"
                + " schedule: manual, to: [ { target: web, normalize: none } ] }\n");
        yaml.append("    once: { from: { source: once, cohort: c-once }, schedule: manual, to: [ web ] }\n");
        yaml.append("    ten: { from: { source: ten, cohort: c-ten }, schedule: 1s, to: [ web ] }\n");
        yaml.append(
                "    dawn: { from: { source: demand, cohort: c-none }, schedule: { daily: \"06:30\" }, to: [ web ] }\n");
        yaml.append("    often: { from: { source: demand, cohort: c-nil }, schedule: 12h, to: [ web ] }\n");
        yaml.append("    seldom: { from: { source: demand, cohort: c-no }, schedule: once, to: [ web ] }\n");
        app = RunningApp.start(
                folder,
                yaml.toString(),
                "--server.port=" + port,
                // Sooner than in ten seconds, for the one test that waits for it.
                "--camel.component.http.response-timeout=4000");
        amplitude = new AmplitudeSandbox(app);
        app.post("/api/syncs/ten/pause");
    }

    @AfterAll
    static void stop() {
        Books.assertBalanced(app.bean(JdbcTemplate.class));
        app.close();
        segment.close();
        customerIo.close();
    }

    @BeforeEach
    void behave() {
        amplitude.noFaults();
        amplitude.behave("{}");
        segment.forgetRequests();
    }

    private static String people(int number) {
        return IntStream.range(0, number)
                .mapToObj(i -> "\"person-" + i + "\"")
                .collect(Collectors.joining(",", "[", "]"));
    }

    /** A first sync of two people, who are there whatever comes later. */
    private static void filled(String sync) {
        amplitude.define("c-" + sync, sync, "[\"ann\",\"bob\"]");
        assertThat(app.runLink(sync).path("accepted").asLong()).isEqualTo(2);
        amplitude.change("c-" + sync, "{\"members\":[\"bob\",\"cleo\"]}");
        amplitude.compute("c-" + sync);
        segment.forgetRequests();
    }

    private static void assertNothingSent(String sync) {
        assertThat(segment.requests()).isEmpty();
        assertThat(app.get("/api/syncs/" + sync)
                        .path("targets")
                        .path(0)
                        .path("acknowledged")
                        .asLong())
                .isEqualTo(2);
    }

    @Test
    void aFirstSyncSetsTheTraitOfAllAndLaterOnesOfThoseWhoEnteredOrLeft() {
        amplitude.define("c-first", "Power users", """
                ["ann","bob",{"amplitude_id":"9007199254740993"},{"amplitude_id":"77","user_id":"ann"}]""");
        JsonNode link = app.runLink("first");
        String trait = "[Amplitude] Power users (c-first)";
        assertThat(link.path("accepted").asLong()).isEqualTo(2);
        assertThat(link.path("anonymous").asLong()).isEqualTo(1);
        assertThat(link.path("duplicate").asLong()).isEqualTo(1);
        assertThat(segment.members(trait)).containsExactly("ann", "bob");
        assertThat(segment.requests())
                .allSatisfy(request -> request.body().path("batch").forEach(event -> {
                    assertThat(event.path("context")
                                    .path("integration")
                                    .path("name")
                                    .asText())
                            .isEqualTo("Amplitude Cohort Sync");
                    assertThat(event.path("context")
                                    .path("integration")
                                    .path("version")
                                    .asText())
                            .isEqualTo("1.0.0");
                    assertThat(event.path("traits").path(trait).isBoolean()).isTrue();
                }));

        segment.forgetRequests();
        amplitude.change("c-first", "{\"members\":[\"bob\",\"cleo\"]}");
        amplitude.compute("c-first");
        assertThat(app.runLink("first").path("accepted").asLong()).isEqualTo(2);
        assertThat(segment.members(trait)).containsExactly("bob", "cleo");
        assertThat(segment.requests().stream().flatMap(request -> request.userIds().stream()))
                .containsExactlyInAnyOrder("ann", "cleo");
    }

    @Test
    void whatWasNotRecomputedIsNotDownloadedAgain() {
        amplitude.define("c-same", "Same", "[\"ann\",\"bob\"]");
        app.runLink("same");
        long downloads = amplitude.downloads();
        JsonNode again = app.run("same");
        assertThat(again.path("state").asText()).isEqualTo("succeeded");
        assertThat(again.path("targets")).isEmpty();
        assertThat(amplitude.downloads()).isEqualTo(downloads);
        amplitude.compute("c-same");
        assertThat(app.runLink("same").path("same").asLong()).isEqualTo(2);
        assertThat(amplitude.downloads()).isEqualTo(downloads + 1);
    }

    @Test
    void aPlanReadsWithADownloadByHandAndSendsNothing() {
        filled("planned");
        JsonNode answer = app.post("/api/syncs/planned/plan");
        assertThat(answer.path("cost").asText())
                .isEqualTo("this plan took a download of source planned: 2 of the month's 500 are used");
        JsonNode plan = answer.path("targets").path(0);
        assertThat(plan.path("enter").asLong()).isEqualTo(1);
        assertThat(plan.path("exit").asLong()).isEqualTo(1);
        assertNothingSent("planned");
        assertThat(app.bean(JdbcClient.class)
                        .sql("select kind from source_call where source = 'planned' and kind <> 'call'")
                        .query(String.class)
                        .list())
                .containsExactly("by-hand", "by-hand");
        assertThat(app.runLink("planned").path("accepted").asLong()).isEqualTo(2);
    }

    @Test
    void peopleOfAPropertyReachASegmentAtCustomerIoAndTheCountsAddUp() {
        amplitude.define("c-mail", "Mail", """
                [{"user_id":"1","properties":{"e+mail address":"Ann+x@example.com","plan":"a"}},
                 {"user_id":"2","properties":{"e+mail address":"bob@example.com"}},
                 {"user_id":"3","properties":{"e+mail address":"BOB@example.com"}},
                 {"user_id":"4","properties":{"plan":"b"}}]""");
        customerIo.knowsNot("bob@example.com");
        JsonNode link = app.runLink("mail");
        assertThat(link.path("enter").asLong()).isEqualTo(2);
        assertThat(link.path("accepted").asLong()).isEqualTo(2);
        assertThat(link.path("duplicate").asLong()).isEqualTo(1);
        assertThat(link.path("anonymous").asLong()).isEqualTo(1);
        assertThat(customerIo.members("In Mail")).containsExactly("ann+x@example.com");
        assertThat(amplitude.requests().findValuesAsText("query")).contains("props=1&propKeys=e%2Bmail%20address");
    }

    @Test
    void groupsAreReadWithoutTheTabBeforeThem() {
        amplitude.define("c-groups", "Groups", "[\"acme\",\"example\"]");
        amplitude.change("c-groups", "{\"group\":true}");
        amplitude.compute("c-groups");
        app.runLink("groups");
        assertThat(segment.members("[Amplitude] Groups (c-groups)")).containsExactly("acme", "example");
    }

    @Test
    void aCohortThatIsNotComputedIsWaitedFor() {
        filled("unfinished");
        amplitude.change("c-unfinished", "{\"finished\":false}");
        JsonNode run = app.run("unfinished");
        assertThat(run.path("state").asText()).isEqualTo("incomplete");
        assertThat(run.path("error").asText())
                .isEqualTo("waiting for Amplitude, which has not finished computing cohort c-unfinished (unfinished)");
        assertNothingSent("unfinished");
        assertThat(app.call("POST", "/api/syncs/unfinished/plan").statusCode()).isEqualTo(409);

        amplitude.compute("c-unfinished");
        assertThat(app.runLink("unfinished").path("exit").asLong()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "archived | is archived in Amplitude",
                "gone     | is gone, or not published (Amplitude lists only cohorts that others can discover)",
                "hidden   | is gone, or not published (Amplitude lists only cohorts that others can discover)"
            })
    void aCohortThatIsNotThereAnyMoreRemovesNobody(String sync, String words) {
        filled(sync);
        switch (sync) {
            case "archived" -> amplitude.change("c-archived", "{\"archived\":true}");
            case "gone" -> amplitude.delete("c-gone");
            default -> amplitude.change("c-hidden", "{\"published\":false}");
        }
        long downloads = amplitude.downloads();
        JsonNode run = app.run(sync);
        assertThat(run.path("state").asText()).isEqualTo("failed");
        assertThat(run.path("error").asText()).contains("c-" + sync, words);
        assertThat(amplitude.downloads()).isEqualTo(downloads);
        assertNothingSent(sync);
    }

    @Test
    void aSlowAndBusyAmplitudeIsWaitedFor() {
        filled("slow");
        amplitude.behave("{\"polls\":4}");
        amplitude.fault("{\"path\":\"/api/3/cohorts\",\"status\":429,\"times\":2}");
        amplitude.fault("{\"path\":\"/request/c-slow\",\"status\":429,\"times\":2}");
        amplitude.fault("{\"path\":\"/request-status/\",\"status\":429,\"times\":3}");
        amplitude.fault("{\"path\":\"/request-status/\",\"status\":503,\"times\":2}");
        amplitude.fault("{\"path\":\"/file\",\"drop\":\"before\",\"times\":1}");
        long downloads = amplitude.downloads();
        assertThat(app.runLink("slow").path("accepted").asLong()).isEqualTo(2);
        assertThat(amplitude.downloads()).isEqualTo(downloads + 1);
        assertThat(quota("slow").path("used").asLong())
                .as("refused requests cost nothing")
                .isEqualTo(2);
    }

    private static JsonNode quota(String source) {
        for (JsonNode view : app.get("/api/sources")) {
            if (view.path("name").asText().equals(source)) {
                return view.path("quota").path("downloads");
            }
        }
        throw new AssertionError(source);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theLinkIsFollowedWithoutOurKeysAndAnotherIsAskedForWhenItHasExpired(boolean contentEncoding) {
        String sync = "linked";
        amplitude.define("c-linked", "linked", people(contentEncoding ? 3_000 : 2_000));
        amplitude.behave("{\"contentEncoding\":" + contentEncoding + "}");
        amplitude.fault("{\"path\":\"/files/\",\"status\":403,\"times\":1}");
        amplitude.fault("{\"path\":\"/files/\",\"drop\":\"before\",\"times\":1}");
        long downloads = amplitude.downloads();
        assertThat(app.run(sync).path("read").asLong()).isEqualTo(contentEncoding ? 3_000 : 2_000);
        assertThat(amplitude.downloads()).isEqualTo(downloads + 1);
        List<JsonNode> files = new ArrayList<>();
        amplitude.requests().forEach(request -> {
            if (request.path("path").asText().contains("/files/")) {
                files.add(request);
            }
        });
        assertThat(files)
                .isNotEmpty()
                .allSatisfy(request -> assertThat(request.has("authorization")).isFalse());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"truncated\":true}                                   |  | ends in the middle of its gzip data",
                "{\"truncated\":true,\"contentEncoding\":false}         |  | ends in the middle of its gzip data",
                "{\"sizeOff\":1}                                        |  | has 2 members, but must have 3",
                "{\"inPlaceBelow\":0,\"truncated\":true}                |  | ends in the middle of its gzip data",
                "{\"inPlaceBelow\":0} | {\"path\":\"/files/\",\"status\":403}  | tried 3 times: HTTP 403",
                "{\"inPlaceBelow\":0} | {\"path\":\"/files/\",\"status\":500}  | tried 3 times: HTTP 500",
                "{\"inPlaceBelow\":0} | {\"path\":\"/files/\",\"drop\":\"before\"} | tried 3 times: it broke off",
                "{} | {\"path\":\"/file\",\"status\":503}          | failed 3 times when asked for the download's file: HTTP 503",
                "{} | {\"path\":\"/request-status/\",\"status\":500} | failed 3 times when asked for whether the download is ready",
                "{} | {\"path\":\"/request/\",\"status\":404}      | Amplitude refused a download: HTTP 404",
                "{} | {\"path\":\"/api/3/cohorts\",\"status\":401} | Amplitude refuses the keys of source broken",
                "{} | {\"path\":\"/api/3/cohorts\",\"drop\":\"before\"} | failed 3 times when asked for the list of cohorts"
            })
    void whatFailsForGoodSendsNothingAndForgetsNobody(String behaviour, String fault, String words) {
        if (app.get("/api/syncs/broken")
                        .path("targets")
                        .path(0)
                        .path("acknowledged")
                        .asLong()
                == 0) {
            filled("broken");
        }
        // The window of ten minutes is not what is tried here.
        app.bean(JdbcClient.class)
                .sql("delete from source_call where kind = 'call'")
                .update();
        amplitude.behave(behaviour);
        if (fault != null) {
            amplitude.fault(fault);
        }
        JsonNode run = app.run("broken");
        assertThat(run.path("state").asText()).isEqualTo("failed");
        assertThat(run.path("error").asText()).contains(words);
        assertNothingSent("broken");
    }

    @Test
    void aCohortThatIsComputedWhileItIsDownloadedMayHaveItsNewSize() {
        filled("resized");
        amplitude.behave("{\"polls\":10}");
        CompletableFuture<JsonNode> run = CompletableFuture.supplyAsync(() -> app.run("resized"));
        long before = amplitude.downloads();
        Awaitility.await().until(() -> amplitude.downloads() > before || run.isDone());
        amplitude.change("c-resized", "{\"members\":[\"bob\",\"cleo\",\"dan\"]}");
        amplitude.compute("c-resized");
        assertThat(run.join().path("state").asText()).isEqualTo("succeeded");
        assertThat(app.runLink("resized").path("accepted").asLong())
                .as("what changed meanwhile is read by the next run")
                .isEqualTo(1);
    }

    @Test
    void downloadsOfAMonthEnd() {
        amplitude.define("c-once", "once", "[\"ann\"]");
        assertThat(app.runLink("once").path("accepted").asLong()).isEqualTo(1);
        amplitude.compute("c-once");
        JsonNode run = app.run("once");
        assertThat(run.path("state").asText()).isEqualTo("incomplete");
        Instant next = LocalDate.now(ZoneOffset.UTC)
                .withDayOfMonth(1)
                .plusMonths(1)
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant();
        assertThat(run.path("error").asText()).startsWith("waiting for quota until " + next + ": 1 of this month's 1");
        assertThat(app.get("/api/syncs/once")
                        .path("targets")
                        .path(0)
                        .path("acknowledged")
                        .asLong())
                .isEqualTo(1);
    }

    @Test
    void schedulesLeaveATenthToRunsByHand() {
        for (int i = 0; i < 9; i++) {
            app.bean(JdbcClient.class)
                    .sql("insert into source_call (source, kind, made_at) values ('ten', 'download', ?)")
                    .param(Instant.now().truncatedTo(ChronoUnit.SECONDS).atOffset(ZoneOffset.UTC))
                    .update();
        }
        amplitude.define("c-ten", "ten", "[\"ann\"]");
        app.post("/api/syncs/ten/resume");
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(app.get("/api/runs?sync=ten")
                                .path(0)
                                .path("error")
                                .asText())
                        .startsWith("waiting for quota until")
                        .contains("9 of this month's 10 downloads are used"));
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() ->
                        app.run("ten").path("targets").path(0).path("accepted").asLong() == 1);
        assertThat(quota("ten").path("used").asLong()).isEqualTo(10);
        assertThat(quota("ten").path("leftByHand").asLong()).isZero();
    }

    @Test
    void theApiListsCohortsAndChecksKeysAndShowsTheQuota() {
        amplitude.define("c-api", "To choose", "[\"ann\"]");
        amplitude.define("c-old", "Archived", "[\"ann\"]");
        amplitude.change("c-old", "{\"archived\":true}");
        JsonNode cohorts = app.get("/api/sources/api/cohorts");
        assertThat(cohorts).anySatisfy(cohort -> {
            assertThat(cohort.path("id").asText()).isEqualTo("c-api");
            assertThat(cohort.path("name").asText()).isEqualTo("To choose");
            assertThat(cohort.path("size").asLong()).isEqualTo(1);
        });
        assertThat(cohorts.findValuesAsText("id")).doesNotContain("c-old");
        assertThat(app.post("/api/sources/api/check").path("result").asText()).isEqualTo("accepted");
        assertThat(quota("api").path("allowed").asLong()).isEqualTo(500);

        amplitude.fault("{\"path\":\"/api/3/cohorts\",\"status\":403}");
        JsonNode refused = app.post("/api/sources/api/check");
        assertThat(refused.path("result").asText()).isEqualTo("refused");
        assertThat(refused.path("words").asText()).contains("refuses the keys of source api", "HTTP 403");
        assertThat(app.call("GET", "/api/sources/api/cohorts").statusCode()).isEqualTo(502);
    }

    @Test
    void schedulesThatAskForMoreThanAMonthAllowsAreWarnedOf() {
        assertThat(demand("demand").path("bySync").path("dawn").asLong()).isEqualTo(30);
        assertThat(demand("demand").path("bySync").path("often").asLong()).isEqualTo(60);
        assertThat(demand("demand").path("bySync").has("seldom")).isFalse();
        assertThat(demand("demand").path("warning").asText())
                .startsWith(
                        "Source demand: the schedules of its syncs ask for up to 90 downloads a month (dawn 30, often"
                                + " 60), and 45 are for schedules")
                .contains("What fits is schedule: 2d for each of these syncs", "webhook-token");
        assertThat(demand("ten").path("aMonth").asLong()).isEqualTo(2_592_000);
        assertThat(demand("ten").path("warning").asText()).contains("schedule: 4d, or have Amplitude push");
        assertThat(demand("first").path("aMonth").asLong()).isZero();
        assertThat(demand("first").has("warning")).isFalse();
    }

    private static JsonNode demand(String source) {
        for (JsonNode view : app.get("/api/sources")) {
            if (view.path("name").asText().equals(source)) {
                return view.path("demand");
            }
        }
        throw new AssertionError(source);
    }

    @Test
    void aFileGoesToDiskAndNeverAsAWholeIntoMemory() {
        List<String> passed = List.of("amplitude-get", "amplitude-ask", "amplitude-fetch", "amplitude-link");
        CamelContext camel = app.bean(CamelContext.class);
        assertThat(passed)
                .allSatisfy(route -> assertThat(camel.getRoute(route).isStreamCaching())
                        .as(route)
                        .isFalse());
        assertThat(camel.getRoute("run").isStreamCaching()).isTrue();
    }

    @Test
    void anAnswerThatDoesNotComeIsNotWaitedForLong() {
        filled("hangs");
        amplitude.fault("{\"path\":\"/api/3/cohorts\",\"delayMillis\":20000,\"times\":1}");
        long begin = System.nanoTime();
        assertThat(app.runLink("hangs").path("accepted").asLong()).isEqualTo(2);
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofSeconds(3), Duration.ofSeconds(18));
    }

    @Test
    void whenAmplitudeStaysBusyTheRunIsPostponedAndNothingIsSpent() {
        filled("busy");
        long used = quota("busy").path("used").asLong();
        amplitude.fault("{\"path\":\"/request/c-busy\",\"status\":429}");
        JsonNode run = app.run("busy");
        assertThat(run.path("state").asText()).isEqualTo("incomplete");
        assertThat(run.path("error").asText())
                .startsWith("waiting for quota until ")
                .contains("Amplitude is too busy for a download: HTTP 429");
        assertThat(quota("busy").path("used").asLong()).isEqualTo(used);
        assertNothingSent("busy");
    }
}
