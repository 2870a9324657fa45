package io.cohortsync.segment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.SegmentServer.Answer;
import io.cohortsync.testing.SegmentServer.Request;
import io.cohortsync.testing.Trial;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What arrives at Segment, byte for byte and field for field (contracts, section 1). */
class SegmentRequestTest {

    private static final String PEOPLE = "Power users";

    @TempDir
    static Path folder;

    private static SegmentServer segment;
    private static Trial trial;

    @BeforeAll
    static void start() {
        segment = new SegmentServer();
        trial = new Trial(folder).segment("web", segment.url() + "/a/prefix/");
        named("plain", "{ target: web }");
        named("amplitude", "{ target: web, trait: amplitude }");
        named("engage", "{ target: web, trait: amplitude-engage }");
        named("mixpanel", "{ target: web, trait: mixpanel }");
        named("s1", "{ target: web, trait: amplitude-engage }");
        named("s3", "{ target: web, trait: mixpanel }");
        named(
                "own",
                "{ target: web, trait: \"in {name}\", integration: { name: Ours, version: \"7\" },"
                        + " integrations: { All: false, Amplitude: true } }");
        named("bare", "{ target: web, trait: \"bare {id}\", integration: none }");
        trial.sync("retried", "[ web ]").sync("scripts", "[ web ]").start();
    }

    private static void named(String sync, String to) {
        trial.syncAsWritten("""
                %s:
                  from: { source: files, cohort: %s.csv, cohort-name: "%s %s" }
                  schedule: manual
                  to: [ %s ]
                """.formatted(sync, sync, PEOPLE, sync, to));
    }

    @AfterAll
    static void stop() {
        trial.close();
        segment.close();
    }

    @BeforeEach
    void forget() {
        segment.behaveWell();
        segment.forgetRequests();
    }

    private static Request only(String sync, String... members) {
        trial.cohort(sync, List.of(members));
        assertThat(trial.runLink(sync).path("state").asText()).isEqualTo("succeeded");
        assertThat(segment.requests()).hasSize(1);
        return segment.requests().get(0);
    }

    @Test
    void isAPostToTheBatchPathBelowThePrefixOfTheBaseUrl() {
        Request request = only("plain", "ann", "bob");

        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.path()).isEqualTo("/a/prefix/v1/batch");
    }

    @Test
    void carriesTheWriteKeyAsBasicUserAndNoHeaderOfOurOwn() {
        Request request = only("bare", "ann");

        // wk_web:
        assertThat(request.headers()).containsEntry("Authorization", "Basic d2tfd2ViOg==");
        assertThat(request.headers().get("Content-Type")).isEqualTo("application/json");
        Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        names.addAll(request.headers().keySet());
        names.removeAll(List.of("Content-Length", "Transfer-Encoding"));
        assertThat(names)
                .containsExactlyInAnyOrder(
                        "Accept-Encoding", "Authorization", "Connection", "Content-Type", "Host", "User-Agent");
        assertThat(new String(request.bytes())).doesNotContain("wk_web");
    }

    @Test
    void aBodyHasNothingButTheTimeItIsSentAtAndItsIdentifyCalls() {
        JsonNode body = only("amplitude", "ann", "bob").body();

        assertThat(fields(body)).containsExactly("sentAt", "batch");
        assertThat(Duration.between(Instant.parse(body.path("sentAt").asText()), Instant.now())
                        .abs())
                .isLessThan(Duration.ofMinutes(1));
        assertThat(body.path("batch")).hasSize(2).allSatisfy(event -> {
            assertThat(fields(event)).containsExactly("type", "messageId", "userId", "traits", "context");
            assertThat(event.path("type").asText()).isEqualTo("identify");
            assertThat(event.path("messageId").asText()).startsWith("cs-").hasSizeLessThan(100);
            assertThat(event.path("userId").isTextual()).isTrue();
            assertThat(event.path("traits").toString()).isEqualTo("{\"Power users amplitude (amplitude)\":true}");
            assertThat(event.path("context").toString())
                    .isEqualTo("{\"integration\":{\"name\":\"Amplitude Cohort Sync\",\"version\":\"1.0.0\"}}");
        });
        assertThat(body.path("batch").findValuesAsText("userId")).containsExactlyInAnyOrder("ann", "bob");
    }

    @Test
    void whoLeavesIsSentFalseUnderAnotherMessageId() {
        Request enter = only("engage", "ann");
        trial.cohort("engage", List.of("bob"));
        trial.run("engage");
        JsonNode second = segment.requests().get(1).body().path("batch");

        String trait = "[Amplitude] Power users engage (engage)";
        assertThat(event(enter.body().path("batch"), "ann")
                        .path("traits")
                        .path(trait)
                        .booleanValue())
                .isTrue();
        assertThat(event(second, "ann").path("traits").toString()).isEqualTo("{\"" + trait + "\":false}");
        assertThat(event(second, "bob").path("traits").toString()).isEqualTo("{\"" + trait + "\":true}");
        assertThat(event(second, "ann")
                        .path("context")
                        .path("integration")
                        .path("name")
                        .asText())
                .isEqualTo("Amplitude Cohort Sync");
        assertThat(event(second, "ann").path("messageId").asText())
                .isNotEqualTo(event(enter.body().path("batch"), "ann")
                        .path("messageId")
                        .asText());

        trial.cohort("engage", List.of("ann", "bob"));
        trial.run("engage");
        assertThat(segment.members(trait)).containsExactly("ann", "bob");
    }

    @Test
    void aMixpanelCohortIsNamedAsMixpanelDoesAndSaysNothingOfAnIntegration() {
        JsonNode event = only("mixpanel", "ann").body().path("batch").path(0);

        assertThat(fields(event)).containsExactly("type", "messageId", "userId", "traits");
        assertThat(event.path("traits").toString()).isEqualTo("{\"Mixpanel - Power users mixpanel\":true}");
    }

    /** The examples that Amplitude and Mixpanel document for their own integrations, field for field. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            s1 | {"type":"identify","userId":"ann","traits":{"[Amplitude] Power users s1 (s1)":%s},"context":{"integration":{"name":"Amplitude Cohort Sync","version":"1.0.0"}}}
            s3 | {"type":"identify","userId":"ann","traits":{"Mixpanel - Power users s3":%s}}
            """)
    void anEnterAndAnExitAreThoseOfTheVendorsOwnIntegration(String sync, String event) {
        assertThat(withoutMessageId(only(sync, "ann", "bob"), "ann")).isEqualTo(event.formatted(true));

        segment.forgetRequests();
        assertThat(withoutMessageId(only(sync, "bob"), "ann")).isEqualTo(event.formatted(false));
    }

    private static String withoutMessageId(Request request, String user) {
        ObjectNode event = event(request.body().path("batch"), user).deepCopy();
        assertThat(event.remove("messageId").asText()).startsWith("cs-");
        return event.toString();
    }

    @Test
    void byDefaultTheTraitIsTheCohortsNameAndTheIntegrationIsOurs() {
        JsonNode event = only("plain", "cleo").body().path("batch").path(0);

        assertThat(event.path("traits").toString()).startsWith("{\"Power users plain\":");
        assertThat(event.path("context").path("integration").path("name").asText())
                .isEqualTo("Cohort Sync");
    }

    @Test
    void integrationAndIntegrationsAreSentAsConfigured() {
        JsonNode body = only("own", "ann").body();

        assertThat(fields(body)).containsExactly("sentAt", "integrations", "batch");
        assertThat(body.path("integrations").toString()).isEqualTo("{\"All\":false,\"Amplitude\":true}");
        assertThat(body.path("batch").path(0).path("traits").toString()).isEqualTo("{\"in Power users own\":true}");
        assertThat(body.path("batch").path(0).path("context").toString())
                .isEqualTo("{\"integration\":{\"name\":\"Ours\",\"version\":\"7\"}}");
    }

    @Test
    void keysOfAnyScriptArriveAsTheyAre() {
        JsonNode body =
                only("scripts", "Zoë", "李雷", "😀", "0042", "a\u00A0b\\c").body();

        assertThat(body.path("batch").findValuesAsText("userId"))
                .containsExactlyInAnyOrder("Zoë", "李雷", "😀", "0042", "a\u00A0b\\c");
    }

    @Test
    void aRetryCarriesTheSameMessageIdsAndANewSentAt() {
        segment.behave(request -> segment.requests().size() < 3 ? Answer.LOST : Answer.OK);
        trial.cohort("retried", List.of("dan", "eve", "fay"));
        JsonNode link = trial.runLink("retried");

        assertThat(link.path("drift").asLong()).isZero();
        List<Request> sent = segment.requests();
        assertThat(sent).hasSize(3);
        assertThat(sent)
                .allSatisfy(request -> assertThat(request.body().path("batch"))
                        .isEqualTo(sent.get(0).body().path("batch")));
        assertThat(sent)
                .extracting(request -> request.body().path("sentAt").asText())
                .doesNotHaveDuplicates();
        assertThat(sent)
                .extracting(Request::headers)
                .allSatisfy(headers -> assertThat(headers).containsEntry("Authorization", "Basic d2tfd2ViOg=="));
    }

    private static JsonNode event(JsonNode batch, String user) {
        for (JsonNode event : batch) {
            if (event.path("userId").asText().equals(user)) {
                return event;
            }
        }
        throw new AssertionError("nothing about " + user);
    }

    private static List<String> fields(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
