package io.cohortsync.amplitude;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.AmplitudeServer;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.SegmentServer.Answer;
import io.cohortsync.testing.SegmentServer.Request;
import io.cohortsync.testing.Trial;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** A cohort's way into Amplitude: created, attached or adopted, filled, kept in step, deleted there. */
class AmplitudeFlowTest {

    @TempDir
    static Path folder;

    private static AmplitudeServer amplitude;
    private static Trial trial;

    @BeforeAll
    static void start() {
        amplitude = new AmplitudeServer();
        amplitude.create("attached", "someone@example.com", Instant.now().minus(Duration.ofDays(9)), "old");
        trial = new Trial(folder)
                .target("amp", amplitude.target(""))
                .target("hidden", amplitude.target("/hidden", "published: false"));
        for (String sync : List.of(
                "whole",
                "beside",
                "unknown",
                "nobody",
                "lost",
                "lost-late",
                "broken",
                "foreign",
                "seen-502",
                "seen-504",
                "unseen-502",
                "unseen-504",
                "unseen-0",
                "taken",
                "gone",
                "many")) {
            trial.sync(sync, "[ amp ]");
        }
        trial.sync("attach", "[ { target: amp, cohort-id: c1 } ]")
                .sync("again", "[ { target: amp, if-exists: adopt, cohort-name: attached } ]")
                .sync("adopted", "[ { target: amp, if-exists: adopt } ]")
                .sync("two", "[ { target: amp, if-exists: adopt } ]")
                .sync("left", "[ amp ]", "guard: { allow-empty: true }")
                .sync("unseen", "[ hidden ]")
                .sync("nowhere", "[ { target: amp, cohort-id: none } ]")
                .start();
    }

    @AfterAll
    static void stop() {
        Books.assertBalanced(trial.app().bean(JdbcTemplate.class));
        trial.close();
        amplitude.close();
    }

    @BeforeEach
    void forget() {
        amplitude.behaveWell();
        amplitude.forgetRequests();
    }

    private static JsonNode run(String sync, String... members) {
        trial.cohort(sync, List.of(members));
        return trial.runLink(sync);
    }

    private static List<String> ids(Request request) {
        List<String> ids = new ArrayList<>();
        request.body().findPath("ids").forEach(id -> ids.add(id.asText()));
        return ids;
    }

    private static List<String> operations() {
        return amplitude.requests("/membership").stream()
                .map(request -> request.body().findPath("operation").asText() + " " + String.join(" ", ids(request)))
                .toList();
    }

    private static void assertState(JsonNode link, String state) {
        assertThat(link.path("state").asText()).as(link.toString()).isEqualTo(state);
    }

    @Test
    void theFirstRunCreatesTheCohortLaterOnesAddAndRemoveInSeparateCalls() {
        JsonNode first = run("whole", "ann", "bob", "cleo");
        assertState(first, "succeeded");
        assertThat(first.path("accepted").asLong()).isEqualTo(3);
        assertThat(amplitude.members("whole")).containsExactlyInAnyOrder("ann", "bob", "cleo");
        assertThat(amplitude.requests("/upload"))
                .hasSize(1)
                .allMatch(request -> ids(request).size() == 1);

        amplitude.forgetRequests();
        JsonNode second = run("whole", "bob", "cleo", "dan");
        assertState(second, "succeeded");
        assertThat(operations()).containsExactly("ADD dan", "REMOVE ann");
        assertThat(amplitude.requests("")).as("nothing but these two calls").hasSize(2);
        assertThat(amplitude.members("whole")).containsExactlyInAnyOrder("bob", "cleo", "dan");
        assertThat(trial.inDoubt("whole")).isZero();

        amplitude.forgetRequests();
        assertState(run("whole", "bob", "cleo", "dan"), "succeeded");
        assertThat(amplitude.requests("")).isEmpty();
    }

    @Test
    void theSeedIsTheFirstWhomAmplitudeKnowsAndWhomItDoesNotIsUnmatched() {
        amplitude.strangers("x1", "x2", "x3");
        JsonNode first = run("unknown", "x1", "x2", "x3", "eve");
        assertState(first, "succeeded");
        assertThat(first.path("accepted").asLong()).isEqualTo(1);
        assertThat(first.path("unmatched").asLong()).isEqualTo(3);
        assertThat(ids(amplitude
                        .requests("/upload")
                        .get(amplitude.requests("/upload").size() - 1)))
                .containsExactly("eve");
        assertThat(amplitude.members("unknown")).containsExactly("eve");
        assertThat(trial.deadLetters("unknown")).isEmpty();
        assertThat(trial.inDoubt("unknown")).isZero();

        JsonNode second = run("unknown", "x1", "x2", "x3", "eve");
        assertThat(second.path("settled").asLong()).isEqualTo(3);
        assertThat(second.path("same").asLong()).isEqualTo(1);
    }

    @Test
    void whileAmplitudeKnowsNobodyThereIsNoCohortAndEverybodyWaits() {
        amplitude.strangers("y1", "y2");
        JsonNode first = run("nobody", "y1", "y2");
        assertState(first, "incomplete");
        assertThat(first.path("waiting").asLong()).isEqualTo(2);
        assertThat(first.path("error").asText()).contains("HTTP 400").contains("no valid ids");
        assertThat(amplitude.requests("/upload")).hasSize(2);
        assertThat(amplitude.named("nobody")).isEmpty();
        assertThat(trial.inDoubt("nobody")).isZero();
        assertThat(trial.targetView("amp").has("stopped")).isFalse();

        amplitude.known("y2");
        assertThat(run("nobody", "y1", "y2").path("accepted").asLong()).isEqualTo(1);
        assertThat(amplitude.members("nobody")).containsExactly("y2");
    }

    @Test
    void amongManyStrangersTheSeedIsSoughtInEverLargerGroups() {
        String[] strangers = Trial.people("z", 300).toArray(String[]::new);
        amplitude.strangers(strangers);
        String[] all = Arrays.copyOf(strangers, 301);
        all[300] = "fay";
        JsonNode link = run("many", all);
        assertState(link, "succeeded");
        assertThat(link.path("unmatched").asLong()).isEqualTo(300);
        assertThat(amplitude.members("many")).containsExactly("fay");
        assertThat(amplitude.requests("/upload")).hasSizeLessThanOrEqualTo(12);
        assertThat(trial.inDoubt("many")).isZero();
    }

    @Test
    void aCohortWhoseAnswerWasLostIsRecognisedAndNotCreatedTwice() {
        AtomicInteger uploads = new AtomicInteger();
        amplitude.behave(request ->
                request.path().endsWith("/upload") && uploads.getAndIncrement() == 0 ? Answer.LOST : Answer.OK);
        JsonNode link = run("lost", "ann", "bob");
        assertState(link, "succeeded");
        assertThat(amplitude.requests("/upload")).hasSize(1);
        assertThat(amplitude.named("lost")).hasSize(1);
        assertThat(amplitude.members("lost")).containsExactlyInAnyOrder("ann", "bob");
        assertThat(trial.inDoubt("lost")).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {502, 504})
    void aCohortThatWasCreatedBehindAGatewayThatGaveUpIsRecognised(int status) {
        String name = "seen-" + status;
        AtomicInteger uploads = new AtomicInteger();
        amplitude.behave(request -> request.path().endsWith("/upload") && uploads.getAndIncrement() == 0
                ? Answer.appliedBut(status)
                : Answer.OK);
        assertState(run(name, "ann", "bob"), "succeeded");
        assertThat(amplitude.requests("/upload")).hasSize(1);
        assertThat(amplitude.members(name)).containsExactlyInAnyOrder("ann", "bob");
        assertThat(trial.inDoubt(name)).isZero();
    }

    /** 0: the answer was lost. Whatever else fails on the way to looking for it, it is not created once more. */
    @ParameterizedTest
    @ValueSource(ints = {0, 502, 504})
    void aCohortThatWasCreatedAndIsNotListedYetIsNotCreatedTwiceInTheSameRun(int status) {
        String name = "unseen-" + status;
        AtomicInteger lists = new AtomicInteger();
        amplitude.behave(request -> {
            if (request.path().endsWith("/upload")) {
                return status == 0 ? Answer.LOST : Answer.appliedBut(status);
            }
            if (request.path().endsWith("/cohorts")) {
                return lists.getAndIncrement() == 1
                        ? Answer.status(500)
                        : new Answer(false, 200, Map.of(), "{\"cohorts\":[]}", 0);
            }
            return Answer.OK;
        });
        JsonNode first = run(name, "ann");
        assertState(first, "incomplete");
        assertThat(first.path("unknown").asLong()).as(first.toString()).isEqualTo(1);
        assertThat(first.path("error").asText()).contains("the next run looks for it first");
        assertThat(amplitude.requests("/upload")).hasSize(1);

        amplitude.behaveWell();
        assertState(run(name, "ann", "bob"), "succeeded");
        assertThat(amplitude.requests("/upload")).hasSize(1);
        assertThat(amplitude.members(name)).containsExactlyInAnyOrder("ann", "bob");
        assertThat(trial.inDoubt(name)).isZero();
    }

    @Test
    void aCohortThatTurnsUpLaterIsTheNextRunsAndItsSeedIsRemovedIfItLeft() {
        amplitude.behave(request -> request.path().endsWith("/upload") ? Answer.RESET : Answer.OK);
        JsonNode first = run("lost-late", "ann");
        assertState(first, "incomplete");
        assertThat(first.path("unknown").asLong()).isEqualTo(1);
        assertThat(first.path("error").asText()).contains("the next run looks for it first");
        assertThat(amplitude.requests("/upload"))
                .as("it may still be at work there")
                .hasSize(1);

        amplitude.behaveWell();
        amplitude.create("lost-late", "ops@example.com", Instant.now(), "ann");
        JsonNode second = run("lost-late", "bob");
        assertState(second, "succeeded");
        assertThat(operations()).containsExactly("ADD bob", "REMOVE ann");
        assertThat(amplitude.requests("/upload")).hasSize(1);
        assertThat(amplitude.members("lost-late")).containsExactly("bob");
        assertThat(trial.inDoubt("lost-late")).isZero();
    }

    @Test
    void aCreationThatNeverHappenedIsMadeByTheNextRun() {
        amplitude.behave(request -> request.path().endsWith("/upload") ? Answer.RESET : Answer.OK);
        assertState(run("broken", "ann"), "incomplete");
        amplitude.behaveWell();
        assertState(run("broken", "ann"), "succeeded");
        assertThat(amplitude.members("broken")).containsExactly("ann");
        assertThat(trial.inDoubt("broken")).isZero();
    }

    @Test
    void afterALostAnswerAnothersOrAnOlderCohortIsNotTakenForOurs() {
        amplitude.behave(request -> request.path().endsWith("/upload") ? Answer.RESET : Answer.OK);
        run("foreign", "ann");
        amplitude.behaveWell();
        String others = amplitude.create("foreign", "other@example.com", Instant.now());
        String older =
                amplitude.create("foreign", "ops@example.com", Instant.now().minus(Duration.ofHours(1)));

        JsonNode link = run("foreign", "ann");
        assertState(link, "held");
        assertThat(link.path("error").asText()).contains("already").contains(others, older);
        assertThat(operations()).isEmpty();
    }

    @Test
    void aCohortOfThatNameIsNotTouchedUnlessItMayBeAdopted() {
        amplitude.create("taken", "ops@example.com", Instant.now(), "old");
        JsonNode refused = run("taken", "ann");
        assertState(refused, "held");
        assertThat(refused.path("held").asLong()).isEqualTo(1);
        assertThat(refused.path("error").asText()).contains("if-exists: adopt");
        assertThat(amplitude.members("taken")).containsExactly("old");

        amplitude.create("adopted", "other@example.com", Instant.now(), "old");
        assertState(run("adopted", "ann"), "succeeded");
        assertThat(amplitude.members("adopted")).containsExactlyInAnyOrder("ann", "old");
        assertThat(amplitude.requests("/upload")).isEmpty();

        amplitude.create("two", "other@example.com", Instant.now());
        amplitude.create("two", "ops@example.com", Instant.now());
        assertThat(run("two", "ann").path("error").asText()).contains("say by cohort-id");
    }

    @Test
    void aCohortGivenByItsIdIsFilledAndNoSecondLinkFillsItToo() {
        assertState(run("attach", "ann"), "succeeded");
        assertThat(amplitude.requests("")).as("one call, to add").hasSize(1);
        assertThat(amplitude.members("attached")).containsExactlyInAnyOrder("ann", "old");

        JsonNode again = run("again", "bob");
        assertState(again, "held");
        assertThat(again.path("error").asText()).contains("attach → amp fills the list c1 already");
        assertThat(amplitude.members("attached")).doesNotContain("bob");
    }

    @Test
    void aCohortThatWasDeletedThereHoldsTheLinkAndMakesNoDeadLetters() {
        run("gone", "ann", "bob");
        amplitude.delete("gone");
        JsonNode link = run("gone", "bob", "cleo");
        assertState(link, "held");
        assertThat(link.path("held").asLong()).isEqualTo(2);
        assertThat(link.path("error").asText())
                .startsWith("gone: ")
                .contains("resync")
                .contains("stop");
        assertThat(amplitude.named("gone"))
                .as("none is created behind anybody's back")
                .isEmpty();
        assertThat(trial.deadLetters("gone")).isEmpty();
        assertThat(trial.inDoubt("gone")).isZero();
        assertThat(trial.targetView("amp").has("stopped")).isFalse();
        assertThat(run("beside", "bob").path("drift").asLong()).isZero();
    }

    @Test
    void aCohortIdThatDoesNotExistHoldsTheLink() {
        JsonNode link = run("nowhere", "ann");
        assertState(link, "held");
        assertThat(link.path("error").asText()).contains("Amplitude has no cohort none");
    }

    @Test
    void whoWasOnlyInDoubtHasLeftWhereThereIsNoCohort() {
        amplitude.behave(request -> request.path().endsWith("/upload") ? Answer.RESET : Answer.OK);
        run("left", "ann");
        amplitude.behaveWell();
        JsonNode tooSoon = run("left");
        assertState(tooSoon, "incomplete");
        assertThat(tooSoon.path("waiting").asLong()).as("it may still appear").isEqualTo(1);
        amplitude.forgetRequests();
        trial.state()
                .sql("update link set remote_asked = remote_asked - interval '11' minute where sync = 'left'")
                .update();

        JsonNode link = run("left");
        assertState(link, "succeeded");
        assertThat(link.path("exit").asLong()).isEqualTo(1);
        assertThat(amplitude.requests("")).as("a look for the cohort").hasSize(1);
        assertThat(amplitude.named("left")).isEmpty();
        assertThat(trial.inDoubt("left")).isZero();
    }

    @Test
    void whetherAnUnpublishedCohortWasCreatedOnlyAPersonCanTell() {
        amplitude.behave(request -> request.path().endsWith("/upload") ? Answer.RESET : Answer.OK);
        assertThat(run("unseen", "ann").path("unknown").asLong()).isEqualTo(1);
        amplitude.behaveWell();
        JsonNode link = run("unseen", "ann");
        assertState(link, "held");
        assertThat(link.path("error").asText()).contains("cannot be told").contains("cohort-id");
        assertThat(amplitude.requests("/upload")).hasSize(1);
    }
}
