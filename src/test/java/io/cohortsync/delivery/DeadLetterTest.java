package io.cohortsync.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.SegmentServer.Answer;
import io.cohortsync.testing.SegmentServer.Request;
import io.cohortsync.testing.Trial;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Records that Segment refuses: found by halving, set aside, tried again, forgotten. Every case has a target of its own. */
@ExtendWith(OutputCaptureExtension.class)
class DeadLetterTest {

    @TempDir
    static Path folder;

    private static SegmentServer segment;
    private static Trial trial;

    @BeforeAll
    static void start() {
        segment = new SegmentServer();
        trial = new Trial(folder);
        for (String name : List.of(
                "one",
                "looked-at",
                "several",
                "throughout",
                "long",
                "kept",
                "unwanted",
                "due",
                "exit",
                "exit-back",
                "doubt",
                "exit-doubt",
                "out",
                "poison")) {
            trial.segment(name, segment.url() + "/" + name).sync(name, "[ " + name + " ]");
        }
        trial.segment("huge", segment.url() + "/huge")
                .sync("huge", "[ { target: huge, integrations: { Filler: \"" + "x".repeat(32_000) + "\" } } ]");
        trial.segment("edge", segment.url() + "/edge")
                .sync("edge", "[ { target: edge, integrations: { Filler: \"" + "x".repeat(31_500) + "\" } } ]");
        trial.segment("wide", segment.url() + "/wide", "batch-size: 2000").sync("wide", "[ wide ]");
        trial.start();
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

    private static void refuse(String... members) {
        Set<String> bad = Set.of(members);
        segment.behave(request -> request.userIds().stream().anyMatch(bad::contains) ? Answer.status(400) : Answer.OK);
    }

    private static List<String> with(List<String> members, String... more) {
        List<String> all = new ArrayList<>(members);
        all.addAll(List.of(more));
        return all;
    }

    private static void makeDue(String sync) {
        nextTry(sync, "timestamp with time zone '2020-01-01 00:00:00Z'");
    }

    private static void anHourPasses(String sync) {
        nextTry(sync, "dateadd(hour, -1, next_try)");
    }

    private static void nextTry(String sync, String time) {
        // On H2 those turned down are listed once more.
        for (String table : List.of("membership", "turned_down", "dead_letter")) {
            trial.state()
                    .sql("update " + table + " set next_try = " + time
                            + " where next_try is not null and link_id in (select id from link where sync = ?)")
                    .param(sync)
                    .update();
        }
    }

    private static void assertLetters(String sync, String... members) {
        assertThat(trial.deadLetters(sync))
                .extracting(letter -> letter.path("memberKey").asText())
                .containsExactlyInAnyOrder(members);
    }

    @Test
    void oneBadRecordAmongTwoThousandIsFoundAndTheOthersAreTaken(CapturedOutput output) {
        refuse("bad-one");
        trial.cohort("one", with(Trial.people("p", 1_999), "bad-one"));
        JsonNode link = trial.runLink("one");

        assertThat(link.path("state").asText()).isEqualTo("succeeded");
        assertThat(link.path("accepted").asLong()).isEqualTo(1_999);
        assertThat(link.path("rejected").asLong()).isEqualTo(1);
        assertLetters("one", "bad-one");
        assertThat(segment.members("one")).hasSize(1_999);
        int extra = segment.requests().size() - 2;
        assertThat(extra).isLessThanOrEqualTo((int) (2 * Math.log(2_000) / Math.log(2)) + 2);
        assertThat(trial.inDoubt("one")).isZero();
        assertThat(output.getAll()).doesNotContain("bad-one").doesNotContain("Exception");
    }

    @Test
    void theLastTwentyAttemptsAreThereToLookAtWithoutSecretsAndMembers() {
        segment.behave(request -> request.userIds().contains("bad-one")
                ? new Answer(false, 400, Map.of(), "{\"message\":\"bad-one with wk_looked-at\"}", 0)
                : Answer.OK);
        trial.cohort("looked-at", List.of("ann", "bad-one", "bob", "cleo"));
        trial.run("looked-at");

        JsonNode attempts = trial.app().get("/api/targets/looked-at/attempts");
        assertThat(attempts).hasSizeBetween(5, 20);
        assertThat(attempts).anySatisfy(attempt -> {
            assertThat(attempt.path("sync").asText()).isEqualTo("looked-at");
            assertThat(attempt.path("outcome").asText()).isEqualTo("records rejected");
            assertThat(attempt.path("status").asInt()).isEqualTo(400);
            assertThat(attempt.path("enters").asInt()).isEqualTo(4);
            assertThat(attempt.path("words").asText()).contains("400", "with");
        });
        assertThat(attempts).anySatisfy(attempt -> {
            assertThat(attempt.path("outcome").asText()).isEqualTo("taken");
            assertThat(attempt.has("words")).isFalse();
        });
        assertThat(attempts.toString()).doesNotContain("bad-one", "wk_looked-at");
        for (int i = 0; i < attempts.size() - 1; i++) {
            assertThat(Instant.parse(attempts.path(i).path("at").asText()))
                    .isAfterOrEqualTo(
                            Instant.parse(attempts.path(i + 1).path("at").asText()));
        }
        assertThat(trial.app().call("GET", "/api/targets/nobody/attempts").statusCode())
                .isEqualTo(404);
    }

    @Test
    void severalBadRecordsAreFoundAndTheOthersAreTaken() {
        refuse("bad-1", "bad-2", "bad-3", "bad-4");
        trial.cohort("several", with(Trial.people("p", 300), "bad-1", "bad-2", "bad-3", "bad-4"));
        JsonNode link = trial.runLink("several");

        assertThat(link.path("accepted").asLong()).isEqualTo(300);
        assertThat(link.path("rejected").asLong()).isEqualTo(4);
        assertLetters("several", "bad-1", "bad-2", "bad-3", "bad-4");
        assertThat(trial.inDoubt("several")).isZero();
    }

    @Test
    void aTargetThatRefusesMoreThanTwentyAndMoreThanATenthIsStopped(CapturedOutput output) {
        segment.behave(request -> Answer.status(400));
        trial.cohort("throughout", Trial.people("p", 2_000));
        JsonNode link = trial.runLink("throughout");

        assertThat(link.path("state").asText()).isEqualTo("incomplete");
        // As many as there are calls in flight may still be refused.
        assertThat(link.path("rejected").asLong()).isBetween(21L, 24L);
        assertThat(link.path("waiting").asLong())
                .isEqualTo(2_000 - link.path("rejected").asLong());
        assertThat(output.getAll().lines().filter(line -> line.contains("ERROR")))
                .singleElement()
                .asString()
                .contains("Target throughout is stopped", "changes were refused", "HTTP 400");
        assertThat(output.getAll()).doesNotContain("p-1-end");
        assertThat(trial.targetView("throughout").path("stopped").asText()).contains("were refused");
        int calls = segment.requests().size();
        trial.run("throughout");
        assertThat(segment.requests()).hasSize(calls);
        assertThat(trial.inDoubt("throughout")).isZero();
    }

    @Test
    void aBodyAboveTheLimitIsHalvedBeforeAnyCall() {
        trial.cohort(
                "long",
                Trial.people("p", 1_000).stream()
                        .map(p -> p + "k".repeat(512 - p.length()))
                        .toList());
        JsonNode link = trial.runLink("long");

        assertThat(link.path("accepted").asLong()).isEqualTo(1_000);
        assertThat(segment.requests())
                .hasSize(2)
                .allSatisfy(request -> assertThat(request.bytes()).hasSizeLessThanOrEqualTo(475_000));
        assertThat(trial.deadLetters("long")).isEmpty();
    }

    @Test
    void anEventAboveTheLimitIsADeadLetterWithoutAnyCall() {
        trial.cohort("huge", List.of("ann"));
        JsonNode link = trial.runLink("huge");

        assertThat(link.path("rejected").asLong()).isEqualTo(1);
        assertThat(segment.requests()).isEmpty();
        JsonNode letter = trial.deadLetters("huge").path(0);
        assertThat(letter.path("reason").asText()).isEqualTo("refused before sending");
        assertThat(letter.path("words").asText()).contains("32000");
    }

    @Test
    void ofManyEventsTheOneAboveTheLimitIsADeadLetterAndTheOthersAreTaken() {
        String large = "k".repeat(500);
        trial.cohort("edge", with(Trial.people("p", 99), large));
        JsonNode link = trial.runLink("edge");

        assertThat(link.path("accepted").asLong()).isEqualTo(99);
        assertThat(link.path("rejected").asLong()).isEqualTo(1);
        assertThat(segment.members("edge")).hasSize(99).doesNotContain(large);
        assertLetters("edge", large);
        assertThat(trial.deadLetters("edge").path(0).path("words").asText())
                .matches("an event has 32\\d{3} bytes, Segment takes 32000");
    }

    @Test
    void oneBadRecordInACallOfTwoThousandCostsFewCalls() {
        refuse("bad-wide");
        trial.cohort("wide", with(Trial.people("w", 1_999), "bad-wide"));
        JsonNode link = trial.runLink("wide");

        assertThat(segment.requests().get(0).userIds()).hasSize(2_000);
        assertThat(link.path("accepted").asLong()).isEqualTo(1_999);
        assertThat(link.path("rejected").asLong()).isEqualTo(1);
        assertLetters("wide", "bad-wide");
        assertThat(segment.requests().size() - 1).isLessThanOrEqualTo((int) (2 * Math.log(2_000) / Math.log(2)) + 2);
    }

    @Test
    void aDeadLetterIsSettledUntilItsNextTryAndThenRetried() {
        refuse("bad");
        trial.cohort("due", List.of("ann", "bad"));
        trial.run("due");
        segment.forgetRequests();

        JsonNode settled = trial.runLink("due");
        assertThat(settled.path("settled").asLong()).isEqualTo(1);
        assertThat(settled.path("same").asLong()).isEqualTo(1);
        assertThat(settled.path("drift").asLong()).isZero();
        assertThat(segment.requests()).isEmpty();

        makeDue("due");
        JsonNode again = trial.runLink("due");
        assertThat(again.path("enter").asLong()).isEqualTo(1);
        assertThat(again.path("rejected").asLong()).isEqualTo(1);
        assertThat(trial.deadLetters("due").path(0).path("attempts").asInt()).isEqualTo(2);

        segment.behaveWell();
        makeDue("due");
        assertThat(trial.runLink("due").path("accepted").asLong()).isEqualTo(1);
        assertThat(trial.deadLetters("due")).isEmpty();
        assertThat(segment.members("due")).containsExactly("ann", "bad");
        assertThat(trial.runLink("due").path("same").asLong()).isEqualTo(2);
    }

    @Test
    void aPoisonRecordInFiftyHourlyRunsIsSeenAHandfulOfTimesAndMakesNobodyLate() {
        refuse("poison");
        List<String> cohort = with(Trial.people("p", 100), "poison");
        for (int run = 1; run <= 50; run++) {
            cohort.add("joiner-" + run);
            trial.cohort("poison", cohort);
            JsonNode link = trial.runLink("poison");
            assertThat(link.path("state").asText()).isEqualTo("succeeded");
            // In the very run that reads them, also where the poison lies in the same call.
            assertThat(segment.members("poison")).contains("joiner-" + run);
            assertThat(link.path("accepted").asLong()).isEqualTo(run == 1 ? 101 : 1);
            anHourPasses("poison");
        }
        // First after 1, 2, 4, 8 and 16 hours, and from then on once a day: 6 tries in these 50 hours.
        assertThat(trial.deadLetters("poison").path(0).path("attempts").asInt()).isEqualTo(6);
        List<Request> withPoison = segment.requests().stream()
                .filter(request -> request.userIds().contains("poison"))
                .toList();
        assertThat(withPoison.stream().filter(request -> request.userIds().size() == 1))
                .hasSize(6);
        // To find it, once among a hundred, and then beside whoever joins in that hour.
        assertThat(withPoison).hasSizeLessThanOrEqualTo(6 + 7 + 5);
        assertThat(segment.members("poison")).hasSize(150).doesNotContain("poison");
    }

    @Test
    void aDeadLetterThatNobodyWantsAnyMoreIsDropped() {
        refuse("bad");
        trial.cohort("unwanted", List.of("ann", "bad"));
        trial.run("unwanted");
        segment.forgetRequests();
        trial.cohort("unwanted", List.of("ann"));
        JsonNode link = trial.runLink("unwanted");

        assertThat(link.path("exit").asLong()).isZero();
        assertThat(trial.deadLetters("unwanted")).isEmpty();
        assertThat(segment.requests()).isEmpty();
        assertThat(trial.count("membership where 1 = 1", "unwanted")).isEqualTo(1);
    }

    @Test
    void aRefusedExitLeavesTheMemberThereUntilItIsDue() {
        trial.cohort("exit", List.of("ann", "bad"));
        trial.run("exit");
        refuse("bad");
        trial.cohort("exit", List.of("ann"));
        assertThat(trial.runLink("exit").path("rejected").asLong()).isEqualTo(1);
        assertThat(trial.deadLetters("exit").path(0).path("direction").asText()).isEqualTo("exit");
        assertThat(trial.runLink("exit").path("exit").asLong()).isZero();
        assertLetters("exit", "bad");

        segment.behaveWell();
        makeDue("exit");
        assertThat(trial.runLink("exit").path("accepted").asLong()).isEqualTo(1);
        assertThat(segment.members("exit")).containsExactly("ann");
        assertThat(trial.deadLetters("exit")).isEmpty();
    }

    @Test
    void aRefusedExitOfSomebodyWhoReturnsIsDropped() {
        trial.cohort("exit-back", List.of("ann", "bad"));
        trial.run("exit-back");
        refuse("bad");
        trial.cohort("exit-back", List.of("ann"));
        trial.run("exit-back");
        segment.forgetRequests();

        trial.cohort("exit-back", List.of("ann", "bad"));
        assertThat(trial.runLink("exit-back").path("same").asLong()).isEqualTo(2);
        assertThat(trial.deadLetters("exit-back")).isEmpty();
        assertThat(segment.requests()).isEmpty();

        segment.behaveWell();
        trial.cohort("exit-back", List.of("ann"));
        assertThat(trial.runLink("exit-back").path("accepted").asLong()).isEqualTo(1);
        assertThat(segment.members("exit-back")).containsExactly("ann");
    }

    @Test
    void whoWasTakenWithoutAnAnswerAndRefusedThenIsTakenOutWhenLeaving() {
        // Applied, the answer lost; then the same call is refused.
        AtomicInteger calls = new AtomicInteger();
        segment.behave(request -> calls.incrementAndGet() == 1 ? Answer.LOST : Answer.status(400));
        trial.cohort("doubt", List.of("bob"));
        assertThat(trial.runLink("doubt").path("rejected").asLong()).isEqualTo(1);
        assertThat(segment.members("doubt")).containsExactly("bob");

        // Who is in doubt is not settled.
        JsonNode again = trial.runLink("doubt");
        assertThat(again.path("rejected").asLong()).isEqualTo(1);
        assertThat(again.path("drift").asLong()).isZero();

        segment.behaveWell();
        trial.cohort("doubt", List.of("ann"));
        assertThat(trial.runLink("doubt").path("exit").asLong()).isEqualTo(1);
        assertThat(segment.members("doubt")).containsExactly("ann");
        assertThat(trial.inDoubt("doubt")).isZero();
        assertThat(trial.deadLetters("doubt")).isEmpty();
    }

    @Test
    void whoMayHaveBeenTakenOutBeforeTheRefusalIsPutInAgainWhenReturning() {
        trial.cohort("exit-doubt", List.of("ann", "bob"));
        trial.run("exit-doubt");
        AtomicInteger calls = new AtomicInteger();
        segment.behave(request -> calls.incrementAndGet() == 1 ? Answer.LOST : Answer.status(400));
        trial.cohort("exit-doubt", List.of("ann"));
        assertThat(trial.runLink("exit-doubt").path("rejected").asLong()).isEqualTo(1);
        assertThat(segment.members("exit-doubt")).containsExactly("ann");
        assertThat(trial.runLink("exit-doubt").path("rejected").asLong()).isEqualTo(1);

        segment.behaveWell();
        trial.cohort("exit-doubt", List.of("ann", "bob"));
        assertThat(trial.runLink("exit-doubt").path("accepted").asLong()).isEqualTo(1);
        assertThat(segment.members("exit-doubt")).containsExactly("ann", "bob");
        assertThat(trial.deadLetters("exit-doubt")).isEmpty();
        assertThat(trial.inDoubt("exit-doubt")).isZero();
    }

    @Test
    void aBatchThatWasTakenWithoutAnAnswerAndRefusedThenLeavesNobodyInDoubtButTheBadOne() {
        AtomicInteger calls = new AtomicInteger();
        segment.behave(request -> calls.incrementAndGet() == 1
                ? Answer.LOST
                : request.userIds().contains("bad") ? Answer.status(400) : Answer.OK);
        trial.cohort("out", with(Trial.people("p", 20), "bad"));
        JsonNode link = trial.runLink("out");
        assertThat(link.path("accepted").asLong()).isEqualTo(20);
        assertThat(link.path("rejected").asLong()).isEqualTo(1);
        assertThat(trial.inDoubt("out")).isEqualTo(1);

        segment.forgetRequests();
        JsonNode next = trial.runLink("out");
        assertThat(next.path("same").asLong()).isEqualTo(20);
        assertThat(next.path("rejected").asLong()).isEqualTo(1);
        assertThat(segment.requests())
                .singleElement()
                .satisfies(request -> assertThat(request.userIds()).containsExactly("bad"));
    }

    @Test
    void whatARefusalSaysIsKeptWithoutTheWriteKey() {
        segment.behave(request ->
                new Answer(false, 400, java.util.Map.of(), "{\"message\":\"ann is no user of wk_kept\"}", 0));
        trial.cohort("kept", List.of("ann"));
        trial.run("kept");

        assertThat(trial.deadLetters("kept").path(0).path("words").asText())
                .isEqualTo("HTTP 400 {\"message\":\"*** is no user of ***\"}");
        assertThat(segment.requests()).extracting(Request::path).containsExactly("/kept/v1/batch");
    }
}
