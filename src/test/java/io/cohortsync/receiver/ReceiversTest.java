package io.cohortsync.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.testing.Engage;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is pushed to {@code /hooks/<source>}, over HTTP, and who is in the cohort then. */
class ReceiversTest {

    private static final String SECRET = "abc123";
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String YAML = """
            cohort-sync:
              sources:
                engage: { type: segment, shared-secret: abc123 }
                strict: { type: segment, shared-secret: abc123, signature: whole-body }
                mixpanel: { type: mixpanel, webhook-username: mp, webhook-password: mp-password }
                amplitude: { type: amplitude, webhook-token: a-token-of-ours }
                polled: { type: file, directory: $DIR }
              targets:
                web: { type: segment, write-key: wk_test, base-url: %s }
              syncs:
                vip:
                  from: { source: engage, cohort: vip_users }
                  schedule: manual
                  to: { target: web, trait: "vip {name}" }
                vip-mail:
                  from: { source: engage, cohort: vip_users, cohort-name: Mail, member-key: "property:email" }
                  schedule: manual
                  to: { target: web, trait: "mail {name}" }
                trial:
                  from: { source: mixpanel, cohort: "12345" }
                  schedule: manual
                  to: web
                twin-a: { from: { source: engage, cohort: twin_a }, schedule: manual, to: web }
                twin-b: { from: { source: engage, cohort: twin_b }, schedule: manual, to: web }
                stale:
                  from: { source: engage, cohort: quiet, stale-after: 1h }
                  schedule: manual
                  to: { target: web, trait: "quiet {name}" }
                power:
                  from: { source: amplitude, cohort: c0ffee1 }
                  schedule: manual
                  to: web
            """;

    @TempDir
    static Path folder;

    private static final SegmentServer SEGMENT = new SegmentServer();
    private static RunningApp app;

    @BeforeAll
    static void start() {
        app = RunningApp.start(folder, YAML.formatted(SEGMENT.url()));
    }

    @AfterAll
    static void stop() {
        app.close();
        SEGMENT.close();
    }

    private static HttpResponse<String> push(String source, String body, String... headers) {
        return app.push("/hooks/" + source, body, headers);
    }

    private static HttpResponse<String> signed(String source, String body) {
        return push(source, body, "X-Signature", hmac(body));
    }

    private static String hmac(String text) {
        return Engage.signature(SECRET, text);
    }

    private static JsonNode read(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new AssertionError(response.body(), e);
        }
    }

    /** Who is in a cohort, as a run would send them. */
    private static List<String> inside(String source, String cohort) {
        return app.bean(org.springframework.jdbc.core.JdbcTemplate.class)
                .queryForList(
                        "select m.member from mirror m join mirror_cohort c on c.id = m.cohort_id"
                                + " where c.source = ? and c.cohort = ? and m.inside order by m.member",
                        String.class,
                        source,
                        cohort);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"cool\":true} | 5099cab379b3be52908387457007040cc934ef86 | engage | 200",
                "{\"cool\":true} | 5099cab379b3be52908387457007040cc934ef86 | strict | 200",
                "[{\"cool\":false},{\"cool\":true}] | c702b94a2569dd8d2f7185ce0ae951021bef4706 | engage | 200",
                "[{\"cool\":false},{\"cool\":true}] | c702b94a2569dd8d2f7185ce0ae951021bef4706 | strict | 401",
                "[{\"cool\":false},{\"cool\":true}] | 685cf04ec172d3adcac0b8f25c923bb4d56ed1eb | engage | 200",
                "[{\"cool\":false},{\"cool\":true}] | 685cf04ec172d3adcac0b8f25c923bb4d56ed1eb | strict | 200",
                "{\"type\":\"identify\",\"userId\":\"u-1\",\"traits\":{\"vip_users\":true}} |"
                        + " c269bb098c954ad32c94e4a7980dbd45b1d488ee | engage | 200",
                "{\"type\":\"identify\",\"userId\":\"u-2\",\"traits\":{\"vip_users\":true}} |"
                        + " c269bb098c954ad32c94e4a7980dbd45b1d488ee | engage | 401",
                "[ {\"cool\":false} ,{\"cool\":true}] | c702b94a2569dd8d2f7185ce0ae951021bef4706 | engage | 200",
                "[{\"cool\":true},{\"cool\":false}] | c702b94a2569dd8d2f7185ce0ae951021bef4706 | engage | 401",
            })
    void aSignatureProvesTheWholeBodyOrTheFirstOfItsEvents(String body, String signature, String source, int status) {
        assertThat(push(source, body, "X-Signature", signature).statusCode()).isEqualTo(status);
    }

    @Test
    void identifyAndTrackSayTheSameAndTheLaterCounts() {
        String early = "2026-11-21T10:00:00.000Z";
        String late = "2026-11-21T11:00:00.000Z";
        assertThat(signed("engage", Engage.identify("ann", "later", true, late)).statusCode())
                .isEqualTo(200);
        assertThat(read(signed(
                        "engage",
                        "[" + Engage.track("bob", "later", true, early) + ","
                                + Engage.identify("cleo", "later", true, early) + ","
                                + Engage.track("bob", "later", false, late) + ","
                                + Engage.identify("ann", "later", false, early)
                                + "]")))
                .isEqualTo(JSON.valueToTree(Map.of("received", 4, "ignored", 0)));

        assertThat(inside("engage", "later")).containsExactly("ann", "cleo");

        // A late older event about somebody who left loses, too.
        signed("engage", Engage.identify("bob", "later", true, early));
        assertThat(inside("engage", "later")).containsExactly("ann", "cleo");
        signed("engage", Engage.identify("bob", "later", true, "2026-11-21T12:00:00.000Z"));
        assertThat(inside("engage", "later")).containsExactly("ann", "bob", "cleo");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"true\" | audience | ann",
                "null | audience | ann",
                "1 | audience | ann",
                "true | computed_trait | ann",
                "true | audience | \" \"",
            })
    void whatSaysNothingOfAMemberIsLeftAsideAndNeverTakenForAnExit(String inside, String computation, String user) {
        signed("engage", Engage.identify("ann", "strictly", true, "2026-11-21T10:00:00.000Z"));
        String event = Engage.identify(user.replace("\"", ""), "strictly", inside, "2026-11-21T11:00:00.000Z")
                .replace("\"computation_class\":\"audience\"", "\"computation_class\":\"" + computation + "\"");

        assertThat(read(signed("engage", event)).path("ignored").asInt()).isEqualTo(1);
        assertThat(inside("engage", "strictly")).containsExactly("ann");
    }

    @Test
    void anAudienceGoesOnToATargetUnderTheNameOfItsHookAndAnExitNeedsNoEmail() {
        JsonNode created = read(push("engage", "{\"audienceName\":\"VIPs\",\"extras\":{}}"));
        assertThat(created.path("externalId").asText()).isEqualTo("VIPs");
        assertThat(read(push("engage", "{\"externalId\":\"VIPs\"}"))
                        .path("externalId")
                        .asText())
                .isEqualTo("VIPs");
        assertThat(signed("engage", "{\"audienceName\":\"VIPs\"}").body()).contains("externalId");
        assertThat(push("engage", "{\"audienceName\":\"VIPs\"}", "X-Signature", "00")
                        .statusCode())
                .isEqualTo(401);
        signed("engage", Engage.identify("ann", "vip_users", true, "2026-11-21T10:00:00.000Z"));
        signed("engage", Engage.track("bob", "vip_users", true, "2026-11-21T10:00:00.000Z"));

        JsonNode first = app.runLink("vip");
        assertThat(first.path("enter").asLong()).isEqualTo(2);
        assertThat(SEGMENT.members("vip VIPs")).containsExactly("ann", "bob");
        app.run("vip-mail");
        assertThat(SEGMENT.members("mail Mail")).containsExactly("ann@example.com", "bob@example.com");

        signed(
                "engage",
                Engage.track("bob", "vip_users", false, "2026-11-21T11:00:00.000Z")
                        .replace("\"email\":\"bob@example.com\"", ""));
        signed(
                "engage",
                Engage.identify("ann", "vip_users", true, "2026-11-21T12:00:00.000Z")
                        .replace("ann@example.com", ""));
        app.run("vip");
        JsonNode second = app.runLink("vip-mail");
        assertThat(second.path("exit").asLong()).isEqualTo(1);
        assertThat(second.path("same").asLong()).isEqualTo(1);
        assertThat(SEGMENT.members("vip VIPs")).containsExactly("ann");
        assertThat(SEGMENT.members("mail Mail")).containsExactly("ann@example.com");
    }

    private static HttpResponse<String> mixpanel(String body) {
        return push(
                "mixpanel",
                body,
                "Authorization",
                "Basic " + Base64.getEncoder().encodeToString("mp:mp-password".getBytes(StandardCharsets.UTF_8)));
    }

    private static String mixpanel(String action, String session, String pages, String page, String... members) {
        return """
                {"action":"%s","parameters":{"mixpanel_project_id":"777","mixpanel_cohort_id":"12345",\
                "mixpanel_cohort_name":"Trial lapsed","mixpanel_session_id":"%s",\
                "page_info":{"total_pages":%s,"page_count":%s},"members":[%s]}}""".formatted(
                action,
                session,
                pages,
                page,
                List.of(members).stream()
                        .map(id -> "{\"mixpanel_distinct_id\":\"" + id + "\",\"email\":\"" + id + "@example.com\"}")
                        .collect(Collectors.joining(",")));
    }

    @Test
    void aFullListReplacesTheCohortOnceAllOfItsPagesHaveArrivedAndNotBefore() {
        HttpResponse<String> first = mixpanel(mixpanel("members", "s-1", "2", "1", "ann", "bob"));
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(read(first)).isEqualTo(JSON.valueToTree(Map.of("action", "members", "status", "success")));
        mixpanel(mixpanel("members", "s-1", "\"2\"", "\"2\"", "cleo"));
        assertThat(inside("mixpanel", "12345")).containsExactly("ann", "bob", "cleo");

        // Two of three pages, one of them twice, must not empty the cohort.
        mixpanel(mixpanel("members", "s-2", "3", "1", "ann"));
        mixpanel(mixpanel("members", "s-2", "3", "1", "ann"));
        mixpanel(mixpanel("members", "s-2", "3", "2", "dora"));
        assertThat(inside("mixpanel", "12345")).containsExactly("ann", "bob", "cleo", "dora");
        mixpanel(mixpanel("add_members", "s-x", "1", "1", "eve"));
        mixpanel(mixpanel("members", "s-2", "3", "3"));
        assertThat(inside("mixpanel", "12345")).containsExactly("ann", "dora", "eve");

        assertThat(read(mixpanel(mixpanel("remove_members", "s-3", "1", "1", "ann", "nobody")))
                        .path("action")
                        .asText())
                .isEqualTo("remove_members");
        assertThat(inside("mixpanel", "12345")).containsExactly("dora", "eve");
        app.run("trial");
        assertThat(SEGMENT.members("Mixpanel - Trial lapsed")).containsExactly("dora", "eve");
    }

    @Test
    void mixpanelIsAnsweredInItsOwnWordsWhatIsWrong() {
        HttpResponse<String> unproved = push("mixpanel", mixpanel("members", "s-9", "1", "1"));
        assertThat(unproved.statusCode()).isEqualTo(401);
        assertThat(read(unproved).path("status").asText()).isEqualTo("failure");
        assertThat(read(unproved).path("action").asText()).isEqualTo("members");
        assertThat(read(unproved).path("error").path("code").asInt()).isEqualTo(401);
        assertThat(mixpanel(mixpanel("members", "s-9", "1", "2", "ann")).statusCode())
                .isEqualTo(400);
        assertThat(mixpanel(mixpanel("forget_members", "s-9", "1", "1", "ann")).statusCode())
                .isEqualTo(400);
        assertThat(inside("mixpanel", "9")).isEmpty();
    }

    private static HttpResponse<String> amplitude(String body) {
        return push("amplitude", body, "X-Webhook-Token", "a-token-of-ours");
    }

    @Test
    void amplitudesCallsAboutWhoEnteredAndWhoLeftAreTakenOnceEach() {
        String entered = """
                {"cohort_name":"Power users","cohort_id":"c0ffee1","in_cohort":true,"computed_time":"1763719200",\
                "message_id":"m::enter::0","users":[{"user_id":"u1"},{"user_id":"u2"},{"user_id":""},{}]}""";
        String left = """
                {"cohort_name":"Power users","cohort_id":"c0ffee1","in_cohort":false,"computed_time":"1763722800",\
                "message_id":"m::exit::0","users":[{"user_id":"u2"}]}""";
        assertThat(read(amplitude(entered))).isEqualTo(JSON.valueToTree(Map.of("received", 2, "ignored", 2)));
        amplitude(left);
        amplitude(entered);

        assertThat(inside("amplitude", "c0ffee1")).containsExactly("u1");
        app.run("power");
        assertThat(SEGMENT.members("[Amplitude] Power users (c0ffee1)")).containsExactly("u1");
        assertThat(push("amplitude", entered).statusCode()).isEqualTo(401);
        assertThat(push("amplitude", entered, "X-Webhook-Token", "another").statusCode())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "engage | {\"type\": | 400 | not JSON",
                "engage | 7 | 400 | neither an event nor an array",
                "engage | [7] | 400 | no event",
                "engage | '' | 400 | empty",
                "amplitude | {\"cohort_id\":\"x\",\"in_cohort\":\"yes\",\"users\":[]} | 400 | in_cohort",
                "amplitude | {\"in_cohort\":true,\"users\":[]} | 400 | cohort_id",
                "polled | {} | 404 | No source of this name",
                "nothing-like-it | {} | 404 | No source of this name",
            })
    void whatCannotBeTakenIsRefusedInWords(String source, String body, int status, String words) {
        HttpResponse<String> response =
                push(source, body, "X-Signature", hmac(body), "X-Webhook-Token", "a-token-of-ours");

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(read(response).path("detail").asText()).contains(words);
    }

    @Test
    void aCallThatIsTooLongIsRefusedAndNothingOfItIsTaken() {
        List<String> events = new ArrayList<>();
        IntStream.range(0, 50_000)
                .forEach(i -> events.add(Engage.identify("user-" + i, "too_many", true, "2026-11-21T10:00:00Z")));
        String body = events.stream().collect(Collectors.joining(",", "[", "]"));
        assertThat(body.length()).isGreaterThan(10_000_000);

        HttpResponse<String> response = signed("engage", body);

        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(read(response).path("detail").asText()).contains("10000000");
        assertThat(inside("engage", "too_many")).isEmpty();
    }

    private static HttpResponse<String> list(String source, String cohort, String csv) {
        return list(source, cohort, csv, "");
    }

    private static HttpResponse<String> list(String source, String cohort, String csv, String query) {
        return app.call("PUT", "/api/sources/" + source + "/cohorts/" + cohort + "/members" + query, "text/csv", csv);
    }

    @Test
    void aListCountsAsOfItsOwnTime() {
        signed("engage", Engage.identify("before", "timed", true, "2026-11-21T10:00:00Z"));
        signed("engage", Engage.identify("after", "timed", true, "2026-11-21T12:00:00Z"));

        // What was heard after the list's time stays, whatever its own time is: here both were.
        list("engage", "timed", "userId\nlisted\n", "?at=2026-11-21T11:00:00Z");
        assertThat(inside("engage", "timed")).containsExactly("after", "before", "listed");
        signed("engage", Engage.identify("entered", "timed", true, "2026-11-21T11:30:00Z"));
        signed("engage", Engage.identify("too-late", "timed", true, "2026-11-21T10:30:00Z"));
        assertThat(inside("engage", "timed")).containsExactly("after", "before", "entered", "listed");
    }

    @Test
    void aFileRepairsWhatAVendorSentWhileNobodyListenedAndHalfAFileChangesNothing() {
        signed("engage", Engage.identify("gone", "repaired", true, "2026-11-21T10:00:00Z"));
        signed("engage", Engage.identify("stays", "repaired", true, "2026-11-21T10:00:00Z"));

        assertThat(list("engage", "repaired", "userId\nstays\n\"never closed").statusCode())
                .isEqualTo(422);
        assertThat(list("engage", "repaired", "user_id\nstays\n").statusCode()).isEqualTo(422);
        assertThat(list("engage", "vip_users", "userId\nann\n").body()).contains("email");
        assertThat(list("polled", "x", "userId\nann\n").statusCode()).isEqualTo(409);
        assertThat(inside("engage", "repaired")).containsExactly("gone", "stays");

        String many = IntStream.range(0, 2_500)
                .mapToObj(i -> String.format("m%04d,free", i))
                .collect(Collectors.joining("\n", "userId,plan\nstays,pro\n", "\n ,free\n"));
        HttpResponse<String> answer = list("engage", "repaired", many);

        assertThat(read(answer))
                .isEqualTo(JSON.valueToTree(
                        Map.of("source", "engage", "cohort", "repaired", "members", 2501, "ignored", 1)));
        assertThat(inside("engage", "repaired")).hasSize(2501).contains("stays").doesNotContain("gone");
    }

    @Test
    void whenAnythingWasLastReceivedIsShown() {
        assertThat(app.get("/api/syncs/stale").path("stale").asBoolean()).isTrue();
        signed("engage", Engage.identify("ann", "quiet", true, "2026-11-21T10:00:00Z"));
        JsonNode sync = app.get("/api/syncs/stale");
        assertThat(app.get("/api/sources/engage/cohorts").toString())
                .contains("{\"id\":\"quiet\",\"name\":\"VIPs\",\"size\":1}");
        assertThat(app.get("/api/sources").toString())
                .contains("{\"cohort\":\"quiet\",\"name\":\"VIPs\",\"members\":1,\"lastEvent\":\"20");
        assertThat(sync.path("stale").asBoolean()).isFalse();
        assertThat(Instant.parse(sync.path("lastEvent").asText()))
                .isAfter(Instant.now().minusSeconds(60));
    }

    @Test
    void noBodyIsTakenForAForm() {
        String form = "application/x-www-form-urlencoded";
        assertThat(app.call("POST", "/hooks/engage", form, "x\n&=%").statusCode())
                .isEqualTo(401);
        assertThat(app.call("POST", "/api/sources/engage/check", form, "x").statusCode())
                .isEqualTo(200);
        assertThat(app.call("PUT", "/api/sources/engage/cohorts/no_form/members", form, "userId\nann\nann\n")
                        .body())
                .contains("\"members\":1,\"ignored\":0");

        assertThat(list("engage", "no_form", "userId\nann\n", "?at=2099-01-01T00:00:00Z")
                        .statusCode())
                .isEqualTo(400);
        assertThat(list("engage", "no_form", "userId\nann\n", "?at=yesterday").body())
                .contains("yesterday");

        // Whom a list did not name was not there then, whatever comes late.
        signed("engage", Engage.identify("late", "no_form", true, "2026-11-20T10:00:00Z"));
        assertThat(inside("engage", "no_form")).containsExactly("ann");
    }

    @Test
    void ofTwoCohortsThatTurnOutToHaveOneNameTheSecondLinkIsHeldAndTheFirstIsNot() {
        signed("engage", Engage.identify("ann", "twin_a", true, "2026-11-21T10:00:00Z"));
        signed("engage", Engage.identify("bob", "twin_b", true, "2026-11-21T10:00:00Z"));

        assertThat(app.runLink("twin-b").path("accepted").asLong()).isEqualTo(1);
        JsonNode second = app.runLink("twin-a");
        assertThat(second.path("state").asText()).isEqualTo("held");
        assertThat(second.path("error").asText()).contains("twin-b → web");
        assertThat(app.runLink("twin-b").path("state").asText()).isEqualTo("succeeded");
        assertThat(SEGMENT.members("VIPs")).containsExactly("bob");
    }

    @Test
    void unsignedEventsAreRefusedBeforeTheyAreRead() {
        assertThat(push("engage", Engage.identify("ann", "unsigned", true, "2026-11-21T10:00:00Z"))
                        .statusCode())
                .isEqualTo(401);
        assertThat(push("engage", "{\"type\":").statusCode()).isEqualTo(401);
        assertThat(inside("engage", "unsigned")).isEmpty();
    }
}
