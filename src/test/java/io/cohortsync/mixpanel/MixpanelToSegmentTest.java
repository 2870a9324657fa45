package io.cohortsync.mixpanel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.JarProcess;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.Trial;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** S3 from end to end: a cohort of the bundled stand-in for Mixpanel is a trait of Segment's. */
class MixpanelToSegmentTest {

    private static final List<String> TESTS = List.of(
            "delta", "plan", "pages", "full", "bare", "broken", "paid", "hour", "second", "unknown", "choice", "mails");

    @TempDir
    static Path folder;

    private static SegmentServer segment;
    private static RunningApp app;

    @BeforeAll
    static void start() {
        segment = new SegmentServer();
        int port = JarProcess.freePort();
        // Every test has a source of its own, whose queries are counted on their own.
        String sources = TESTS.stream()
                .map(test -> "    " + test
                        + ": { type: mixpanel, username: svc, secret: mixpanel-secret, project-id: \"777\","
                        + " base-url: \"http://127.0.0.1:" + port + "/sandbox/mixpanel\" }\n")
                .collect(Collectors.joining());
        String syncs = TESTS.stream()
                .filter(test -> !test.equals("mails"))
                .map(test -> "    " + test + ": { from: { source: " + test + ", cohort: \"" + id(test)
                        + "\" }, schedule: manual, to: [ web ] }\n")
                .collect(Collectors.joining());
        app = RunningApp.start(
                folder,
                "cohort-sync:\n  sources:\n" + sources
                        + "  targets:\n    web: { type: segment, write-key: wk_test, base-url: "
                        + segment.url() + " }\n    mail: { type: segment, write-key: wk_mail, base-url: "
                        + segment.url()
                        + " }\n  syncs:\n" + syncs + """
                            mails:
                              from: { source: mails, cohort: "500" }
                              schedule: manual
                              to: [ { target: mail, trait: "{name} ({id})", member-key: "property:$email" }, { target: web, trait: "both {id}" } ]
                          sandbox: { enabled: true }
                        """,
                "--server.port=" + port,
                "--mixpanel.wait=1",
                "--mixpanel.wait-429=1");
    }

    @AfterAll
    static void stop() {
        Books.assertBalanced(app.bean(JdbcTemplate.class));
        app.close();
        segment.close();
    }

    @BeforeEach
    void forget() {
        segment.forgetRequests();
        behaves("{\"perHour\":1000}");
    }

    private static int id(String test) {
        return 100 + TESTS.indexOf(test);
    }

    private static void put(String path, String json) {
        try {
            HttpRequest request = HttpRequest.newBuilder(app.uri("/sandbox/mixpanel" + path))
                    .header("Content-Type", "application/json")
                    .PUT(HttpRequest.BodyPublishers.ofString(json))
                    .build();
            HttpResponse<String> answer =
                    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void behaves(String json) {
        put("/behaviour", json);
    }

    private static void cohort(String test, List<String> people) {
        String members = people.stream().map(id -> '"' + id + '"').collect(Collectors.joining(","));
        put("/cohorts/" + id(test), "{\"name\":\"The " + test + "\",\"members\":[" + members + "]}");
    }

    private static long pages() {
        return app.get("/sandbox/mixpanel/stats").path("engage").path("pages").asLong();
    }

    @Test
    void theFirstRunSendsAllAndLaterOnesWhoEnteredAndWhoLeft() {
        cohort("delta", List.of("ann", "bob", "cleo"));
        JsonNode first = app.runLink("delta");

        assertThat(first.path("state").asText()).as(first.toString()).isEqualTo("succeeded");
        assertThat(first.path("accepted").asLong()).isEqualTo(3);
        assertThat(segment.members("Mixpanel - The delta")).containsExactly("ann", "bob", "cleo");
        for (SegmentServer.Request request : segment.requests()) {
            for (JsonNode event : request.body().path("batch")) {
                assertThat(event.path("type").asText()).isEqualTo("identify");
                assertThat(event.path("context").has("integration")).isFalse();
            }
        }

        segment.forgetRequests();
        cohort("delta", List.of("bob", "cleo", "dora"));
        JsonNode second = app.runLink("delta");

        assertThat(second.path("same").asLong()).isEqualTo(2);
        assertThat(second.path("enter").asLong()).isEqualTo(1);
        assertThat(second.path("exit").asLong()).isEqualTo(1);
        assertThat(second.path("accepted").asLong()).isEqualTo(2);
        assertThat(segment.requests().stream()
                        .flatMap(request -> request.userIds().stream())
                        .toList())
                .containsExactlyInAnyOrder("ann", "dora");
        assertThat(segment.members("Mixpanel - The delta")).containsExactly("bob", "cleo", "dora");

        segment.forgetRequests();
        assertThat(app.runLink("delta").path("same").asLong()).isEqualTo(3);
        assertThat(segment.requests()).isEmpty();
    }

    @Test
    void aPlanReadsAndSendsNothing() {
        cohort("plan", List.of("ann", "bob"));
        JsonNode plan = app.post("/api/syncs/plan/plan");

        assertThat(plan.toString()).contains("\"enter\":2");
        assertThat(segment.requests()).isEmpty();
    }

    @ParameterizedTest(name = "{0}: {1} people in pages of {2}")
    @CsvSource({"pages,2500,1000,3", "full,6,3,3", "bare,6,3,3"})
    void allPagesAreReadWhateverTheTotalSays(String test, int people, int size, int given) {
        behaves("{\"perHour\":1000,\"pageSize\":" + size + ",\"totalOff\":-4,\"bareEnd\":" + test.equals("bare") + "}");
        cohort(test, Trial.people(test, people));
        long before = pages();
        JsonNode link = app.runLink(test);

        assertThat(link.path("accepted").asLong()).as(link.toString()).isEqualTo(people);
        assertThat(segment.members("Mixpanel - The " + test)).hasSize(people);
        assertThat(pages() - before).isEqualTo(given);
        assertThat(left(test))
                .as("the list and every page are counted, and no more")
                .isEqualTo(60 - 1 - Math.max(3, given));
    }

    private static int left(String source) {
        return 60
                - app.bean(JdbcTemplate.class)
                        .queryForObject("select count(*) from source_call where source = ?", Integer.class, source);
    }

    @Test
    void aPageThatFailsForGoodFailsTheRunAndForgetsNobody() {
        cohort("broken", List.of("ann", "bob", "cleo"));
        app.runLink("broken");
        segment.forgetRequests();

        behaves("{\"perHour\":1000,\"pageSize\":2,\"brokenPage\":1}");
        JsonNode run = app.run("broken");

        assertThat(run.path("state").asText()).isEqualTo("failed");
        assertThat(run.path("error").asText())
                .isEqualTo("Source broken: given up after 7 attempts: HTTP 500 an internal error occurred");
        assertThat(segment.requests()).isEmpty();
        behaves("{\"perHour\":1000}");
        assertThat(app.runLink("broken").path("same").asLong()).isEqualTo(3);
    }

    @Test
    void aPlanWithoutEngageIsAConfigurationErrorInWords() {
        cohort("paid", List.of("ann"));
        behaves("{\"perHour\":1000,\"engageAccess\":false}");
        JsonNode run = app.run("paid");

        assertThat(run.path("state").asText()).isEqualTo("failed");
        assertThat(run.path("error").asText())
                .isEqualTo("Source paid: the plan has no access to the Engage query API, so cohorts cannot be polled; a"
                        + " custom webhook with \"via: push\" may be had without: HTTP 402 your plan does not allow API"
                        + " calls to Engage");
        assertThat(segment.requests()).isEmpty();
    }

    @Test
    void whatCanBeChosenIsListedAndWhatIsLeftOfTheHourIsShown() {
        cohort("choice", List.of("ann", "bob"));
        JsonNode choices = app.get("/api/sources/choice/cohorts");

        assertThat(choices)
                .anySatisfy(choice -> assertThat(choice.toString())
                        .isEqualTo("{\"id\":\"" + id("choice") + "\",\"name\":\"The choice\",\"size\":2}"));
        JsonNode shown = source("choice");
        assertThat(shown.path("quota").path("callsLeft").asInt()).isEqualTo(59);
        assertThat(shown.path("quota").path("callsAllowed").asInt()).isEqualTo(60);
        assertThat(shown.path("queryDemand").path("anHour").asInt(-1)).isZero();
        assertThat(shown.path("queryDemand").path("allowed").asInt()).isEqualTo(60);
    }

    private static JsonNode source(String name) {
        for (JsonNode source : app.get("/api/sources")) {
            if (source.path("name").asText().equals(name)) {
                return source;
            }
        }
        throw new AssertionError("no source " + name);
    }

    @Test
    void aCohortThatIsNotThereFailsTheRunAndTellsWhatIsThere() {
        cohort("choice", List.of("ann"));
        JsonNode run = app.run("unknown");

        assertThat(run.path("state").asText()).isEqualTo("failed");
        assertThat(run.path("error").asText())
                .startsWith("Source unknown has no cohort " + id("unknown") + "; it has ")
                .contains(id("choice") + " (The choice)");
    }

    @Test
    void aReadingThatTheHourHasNoRoomForWaitsWithoutAnyPageInVain() {
        cohort("hour", Trial.people("hour", 30));
        behaves("{\"perHour\":1000,\"pageSize\":1}");
        // One for the list and 31 for the pages, though 1,000 to a page it would be one.
        assertThat(app.runLink("hour").path("accepted").asLong()).isEqualTo(30);
        assertThat(left("hour")).isEqualTo(28);

        long before = pages();
        app.bean(JdbcTemplate.class)
                .update("insert into source_call (source, kind, made_at) select 'hour', 'call', made_at"
                        + " from source_call where source = 'hour' fetch first 27 rows only");
        JsonNode run = app.run("hour");

        assertThat(run.path("state").asText()).isEqualTo("incomplete");
        assertThat(run.path("error").asText())
                .startsWith("waiting for quota until ")
                .endsWith(": 1 call is needed, and with them there would be more than the 60 within 60 minutes that are"
                        + " allowed");
        assertThat(pages()).isEqualTo(before);
    }

    @Test
    void whoGoesOnToBeToldThatItIsTooMuchWaitsForTheNextHour() {
        cohort("second", List.of("ann"));
        behaves("{\"perHour\":1}");
        JsonNode run = app.run("second");

        assertThat(run.path("state").asText()).isEqualTo("incomplete");
        assertThat(run.path("error").asText())
                .startsWith("waiting for quota until ")
                .endsWith(": source second goes on to be answered HTTP 429 Exceeded the limit of 1 queries per hour;"
                        + " others may be using the project's 60 queries an hour as well");
        behaves("{\"perHour\":1000}");
        assertThat(app.runLink("second").path("accepted").asLong()).isEqualTo(1);
    }

    @Test
    void oneReadingServesTargetsThatKnowPeopleByTheirIdAndByAProperty() {
        put("/cohorts/500", """
                {"name":"Trial lapsed","members":[
                  {"distinct_id":"d-1","properties":{"$email":"ann@example.com","$name":"Ann"}},
                  {"distinct_id":"d-2","properties":{"$email":" "}},
                  {"distinct_id":"d-3","properties":{}},
                  {"distinct_id":"d-4","properties":{"$email":["a@example.com","b@example.com"]}},
                  {"distinct_id":"d-5","properties":{"$email":"ann@example.com"}},
                  {"distinct_id":1000000000000000000000,"properties":{"$email":42}},
                  {"distinct_id":9007199254740993,"properties":{"$email":"eve@example.com"}}]}
                """);
        JsonNode run = app.run("mails");
        JsonNode mail = run.path("targets").path(0);

        assertThat(run.path("read").asLong()).as(run.toString()).isEqualTo(7);
        assertThat(mail.path("anonymous").asLong()).isEqualTo(2);
        assertThat(mail.path("invalid").asLong()).isEqualTo(1);
        assertThat(mail.path("duplicate").asLong()).isEqualTo(1);
        assertThat(segment.members("Trial lapsed (500)")).containsExactly("42", "ann@example.com", "eve@example.com");
        assertThat(segment.members("both 500"))
                .containsExactly("1000000000000000000000", "9007199254740993", "d-1", "d-2", "d-3", "d-4", "d-5");
    }
}
