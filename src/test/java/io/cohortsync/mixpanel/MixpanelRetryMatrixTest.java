package io.cohortsync.mixpanel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.MixpanelServer;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.SegmentServer.Answer;
import io.cohortsync.testing.SegmentServer.Request;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Every query to Mixpanel, to the letter, and what each failure of each leads to (contracts, sections 6.1 and 9). Every case
 * has a source of its own.
 */
class MixpanelRetryMatrixTest {

    private static final List<String> CALLS = List.of("list", "engage");
    private static final List<String> FAILURES =
            List.of("429", "500", "503", "reset", "lost", "400", "401", "402", "403", "404", "302");
    private static final List<String> ANSWERS = List.of("cut", "html", "status", "session", "number", "session-400");
    private static final int COHORT = 12345;

    @TempDir
    static Path folder;

    private static MixpanelServer mixpanel;
    private static SegmentServer segment;
    private static RunningApp app;

    @BeforeAll
    static void start() {
        mixpanel = new MixpanelServer();
        segment = new SegmentServer();
        List<String> names = Stream.of(
                        CALLS.stream().flatMap(call -> FAILURES.stream().map(failure -> call + "-" + failure)),
                        ANSWERS.stream(),
                        Stream.of("exact", "mail", "large", "slow", "long", "later", "no-number", "check"))
                .flatMap(all -> all)
                .toList();
        String sources = names.stream()
                .map(name -> "    " + name + ": { " + mixpanel.source("/" + name) + " }\n")
                .collect(Collectors.joining());
        String syncs = names.stream()
                .map(name -> "    " + name + ": { from: { source: " + name + ", cohort: \""
                        + (name.equals("no-number") ? "vip" : COHORT) + "\", member-key: "
                        + (name.equals("mail") ? "\"property:$email\"" : "distinct_id")
                        + " }, schedule: manual, guard: { max-exits: off }, to: [ { target: web, trait: \"{name} "
                        + name
                        + "\" } ] }\n")
                .collect(Collectors.joining());
        app = RunningApp.start(
                folder,
                "cohort-sync:\n  sources:\n" + sources
                        + "  targets:\n    web: { type: segment, write-key: wk_test, base-url: " + segment.url()
                        + " }\n"
                        + "  syncs:\n" + syncs,
                "--mixpanel.wait=1",
                "--mixpanel.wait-429=1",
                "--mixpanel.response-timeout=1500");
    }

    @AfterAll
    static void stop() {
        Books.assertBalanced(app.bean(JdbcTemplate.class));
        app.close();
        mixpanel.close();
        segment.close();
    }

    @BeforeEach
    void begin() {
        mixpanel.behaveWell();
        mixpanel.pageSize(2);
        mixpanel.cohort(COHORT, "VIP", "ann", "bob", "cleo");
        mixpanel.forgetRequests();
        segment.forgetRequests();
    }

    private static Answer answer(String failure) {
        return switch (failure) {
            case "reset" -> Answer.RESET;
            case "lost" -> Answer.LOST;
            default -> Answer.status(Integer.parseInt(failure));
        };
    }

    /** The first calls of this kind with this source are answered so, all others well. */
    private static void first(int calls, String name, String call, Answer answer) {
        AtomicInteger met = new AtomicInteger();
        mixpanel.behave(request -> request.path().startsWith("/" + name + "/")
                        && request.path().contains("/" + call + "?")
                        && met.incrementAndGet() <= calls
                ? answer
                : Answer.OK);
    }

    private static int sent(String name, String call) {
        return mixpanel.requests("/" + name + "/api/query/" + (call.equals("list") ? "cohorts/list?" : call + "?"))
                .size();
    }

    private static void assertFailed(JsonNode run, String words) {
        assertThat(run.path("state").asText()).as(run.toString()).isEqualTo("failed");
        assertThat(run.path("error").asText()).isEqualTo(words);
        assertThat(segment.requests()).isEmpty();
    }

    @Test
    void aCohortIsListedAndReadPageByPage() {
        assertThat(app.runLink("exact").path("accepted").asLong()).isEqualTo(3);

        assertThat(mixpanel.requests(""))
                .extracting(request -> request.method() + " " + request.path())
                .containsExactly(
                        "POST /exact/api/query/cohorts/list?project_id=777",
                        "POST /exact/api/query/engage?project_id=777",
                        "POST /exact/api/query/engage?project_id=777");
        Map<String, String> first =
                Map.of("filter_by_cohort", "{\"id\":12345}", "output_properties", "[\"$distinct_id\"]");
        assertThat(mixpanel.requests("/engage"))
                .extracting(MixpanelServer::form)
                .satisfies(forms -> {
                    assertThat(forms.get(0)).isEqualTo(first);
                    assertThat(forms.get(1))
                            .containsAllEntriesOf(first)
                            .containsEntry("page", "1")
                            .hasSize(4);
                    // The server's own has signs in it that must be encoded, and it knows no other.
                    assertThat(forms.get(1).get("session_id")).startsWith("1700000000-+/&=");
                });
        for (Request request : mixpanel.requests("")) {
            Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
            names.addAll(request.headers().keySet());
            names.removeAll(List.of("Content-Length", "Transfer-Encoding"));
            assertThat(names)
                    .containsExactlyInAnyOrder(
                            "Accept-Encoding", "Authorization", "Connection", "Content-Type", "Host", "User-Agent");
            // svc:mixpanel-secret
            assertThat(request.headers())
                    .containsEntry("Authorization", "Basic c3ZjOm1peHBhbmVsLXNlY3JldA==")
                    .containsEntry("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8");
        }
    }

    @Test
    void onlyThePropertyThatIsTheMemberKeyIsAskedFor() {
        mixpanel.results(COHORT, "VIP", "{\"$distinct_id\":1e21,\"$properties\":{\"$email\":1e3}}");
        assertThat(app.runLink("mail").path("accepted").asLong()).isEqualTo(1);

        assertThat(new String(mixpanel.requests("/engage").get(0).bytes(), StandardCharsets.UTF_8))
                .isEqualTo("filter_by_cohort=%7B%22id%22%3A12345%7D&output_properties=%5B%22%24email%22%5D");
        assertThat(segment.members("VIP mail")).containsExactly("1000");
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "list,429", "list,500", "list,503", "list,reset", "list,lost",
        "engage,429", "engage,500", "engage,503", "engage,reset", "engage,lost"
    })
    void whatMayPassIsTriedAgain(String call, String failure) {
        String name = call + "-" + failure;
        first(1, name, call, answer(failure));
        JsonNode link = app.runLink(name);

        assertThat(link.path("accepted").asLong()).as(link.toString()).isEqualTo(3);
        assertThat(sent(name, "list")).isEqualTo(call.equals("list") ? 2 : 1);
        assertThat(sent(name, "engage")).isEqualTo(call.equals("engage") ? 3 : 2);
        assertThat(app.bean(JdbcTemplate.class)
                        .queryForObject("select count(*) from source_call where source = ?", Integer.class, name))
                .as("every attempt counts")
                .isEqualTo(4);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | Mixpanel refuses the query: ",
                "401 | Mixpanel does not accept the credentials; check username, secret, project-id and region, and that the service account may read the project: ",
                "402 | the plan has no access to the Engage query API, so cohorts cannot be polled; a custom webhook with \"via: push\" may be had without: ",
                "403 | Mixpanel does not accept the credentials; check username, secret, project-id and region, and that the service account may read the project: ",
                "404 | there is no such address; check base-url: ",
                "302 | Mixpanel refuses the query: "
            })
    void whatOnlyAPersonCanMendFailsTheRunAtOnce(int status, String advice) {
        for (String call : CALLS) {
            String name = call + "-" + status;
            first(
                    9,
                    name,
                    call,
                    new Answer(false, status, Map.of(), "{\"message\":\"no mixpanel-secret\\n here\"}", 0));
            JsonNode run = app.run(name);

            assertFailed(run, "Source " + name + ": " + advice.stripTrailing() + " HTTP " + status + " no *** here");
            assertThat(sent(name, call)).isEqualTo(1);
        }
    }

    @Test
    void aRunThatFailsInTheMiddleOfThePagesForgetsNobody() {
        assertThat(app.runLink("session-400").path("accepted").asLong()).isEqualTo(3);
        segment.forgetRequests();
        mixpanel.cohort(COHORT, "VIP", "dora", "eve", "finn");
        mixpanel.behave(
                request -> MixpanelServer.form(request).containsKey("session_id") ? Answer.status(400) : Answer.OK);

        assertFailed(app.run("session-400"), "Source session-400: Mixpanel refuses the query: HTTP 400 status 400");
        assertThat(segment.members("VIP session-400")).containsExactly("ann", "bob", "cleo");
        mixpanel.behaveWell();
        JsonNode link = app.runLink("session-400");
        assertThat(link.path("exit").asLong()).isEqualTo(3);
        assertThat(link.path("accepted").asLong()).isEqualTo(6);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "cut | {\"page\":1,\"page_size\":2,\"session_id\":\"s\",\"status\":\"ok\",\"results\":[{\"$dist | is not one whole JSON object",
                "html | <html>busy</html> | is not one whole JSON object",
                "status | {\"page\":1,\"status\":\"terminated early\",\"results\":[]} | has status \"terminated early\" instead of \"ok\"",
                "session | {\"page\":1,\"page_size\":2,\"session_id\":\"other\",\"status\":\"ok\",\"results\":[]} | belongs to another session",
                "number | {\"page\":0,\"page_size\":2,\"status\":\"ok\",\"results\":[]} | says that it is page 0"
            })
    void anAnswerThatIsNotThePageFailsTheRun(String name, String answer, String finding) {
        mixpanel.behave(request -> MixpanelServer.form(request).containsKey("session_id")
                ? new Answer(false, 200, Map.of(), answer, 0)
                : Answer.OK);

        assertFailed(app.run(name), "Cohort 12345 of source " + name + ": Mixpanel's page 1 " + finding);
        assertThat(sent(name, "engage")).as("no such answer is asked for again").isEqualTo(2);
    }

    @Test
    void aCohortLargerThanAnHourGivesIsRefusedBeforeItsFirstPage() {
        mixpanel.count(COHORT, 58_001);
        assertFailed(
                app.run("large"),
                "Cohort 12345 of source large has about 58,001 members, and Mixpanel's 60 queries an hour give at most"
                        + " 58,000 of them: have Mixpanel push it, by a custom webhook to /hooks/large and \"via: push\"");
        assertThat(sent("large", "engage")).isZero();

        mixpanel.count(COHORT, 58_000);
        app.bean(JdbcTemplate.class).update("delete from source_call");
        assertThat(app.runLink("large").path("accepted").asLong())
                .as("the count is not said to be exact")
                .isEqualTo(3);
    }

    @Test
    void aSlowQueryIsGivenTheTimeThatItsRouteSays() {
        first(1, "slow", "list", Answer.OK.after(2_500));

        assertThat(app.runLink("slow").path("accepted").asLong()).isEqualTo(3);
        assertThat(sent("slow", "list")).isEqualTo(2);
    }

    @Test
    void aLongWayOfBeingAnsweredBadlyIsGivenUp() {
        first(99, "long", "list", new Answer(false, 503, Map.of(), "", 0));

        assertFailed(app.run("long"), "Source long: given up after 7 attempts: HTTP 503");
        assertThat(sent("long", "list")).isEqualTo(7);
    }

    @Test
    void whenToComeBackIsHeeded() {
        first(1, "later", "list", Answer.status(429).header("retry-after", "1"));
        long began = System.nanoTime();

        assertThat(app.runLink("later").path("accepted").asLong()).isEqualTo(3);
        assertThat(System.nanoTime() - began).isGreaterThan(1_000_000_000L);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | accepted | ",
                "401 | refused | Source check: Mixpanel does not accept the credentials; check username, secret, project-id and region, and that the service account may read the project: HTTP 401 status 401",
                "503 | no answer | Source check: HTTP 503 status 503",
                "429 | no answer | source check is answered HTTP 429 status 429"
            })
    void whoeverTriesASourceIsAnsweredAtOnce(int status, String result, String words) {
        first(9, "check", "list", status == 200 ? Answer.OK : Answer.status(status));
        JsonNode check = app.post("/api/sources/check/check");

        assertThat(check.path("result").asText()).as(check.toString()).isEqualTo(result);
        assertThat(check.path("words").asText()).contains(words == null ? "" : words);
        assertThat(sent("check", "list")).isEqualTo(1);
        assertThat(sent("check", "engage")).isZero();
    }

    @Test
    void anIdThatIsNoNumberIsToldWithoutAPage() {
        assertFailed(
                app.run("no-number"),
                "Source no-number has no cohort \"vip\": the id of a Mixpanel cohort is a number, such as 12345");
        assertThat(sent("no-number", "engage")).isZero();
    }
}
