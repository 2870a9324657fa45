package io.cohortsync.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.SegmentServer.Answer;
import io.cohortsync.testing.StateTables;
import io.cohortsync.testing.Trial;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;

/** After a restart with another configuration: what was filled under the former one waits for a person, who has four ways. */
@ExtendWith(OutputCaptureExtension.class)
class ChangedIdentityTest {

    private static final String YAML = """
            cohort-sync:
              sources:
                files: { type: file, directory: $DIR }
              targets:
                a: { type: segment, write-key: %s, base-url: "%s" }
                b: { type: segment, write-key: wk_b, base-url: "%s" }
              syncs:
            %s
            """;

    private static final List<String> BEFORE = List.of(
            "kept: { from: { source: files, cohort: kept.csv }, schedule: manual, to: [ a ] }",
            "resent: { from: { source: files, cohort: resent.csv }, schedule: manual, to: [ a ] }",
            "stuck: { from: { source: files, cohort: stuck.csv }, schedule: manual, to: [ a ] }",
            "moved: { from: { source: files, cohort: moved.csv }, schedule: manual, to: [ b ] }",
            "rebased: { from: { source: files, cohort: rebased.csv }, schedule: manual, to: [ b ] }",
            "same: { from: { source: files, cohort: same.csv }, schedule: manual, to: [ b ] }",
            "gone: { from: { source: files, cohort: gone.csv }, schedule: manual, to: [ b ] }",
            "many: { from: { source: files, cohort: many.csv }, schedule: manual, to: [ b ] }",
            "dropped: { from: { source: files, cohort: dropped.csv }, schedule: manual, to: [ a ] }",
            "emptied: { from: { source: files, cohort: emptied.csv }, schedule: manual, to: [ b ] }",
            "left: { from: { source: files, cohort: left.csv }, schedule: manual, to: [ b ] }");

    private static final List<String> AFTER = List.of(
            "kept: { from: { source: files, cohort: kept.csv }, schedule: manual, to: [ a ] }",
            "resent: { from: { source: files, cohort: resent.csv }, schedule: manual, to: [ a ], guard: { max-enters: 1 } }",
            "stuck: { from: { source: files, cohort: stuck.csv }, schedule: manual, to: [ a ] }",
            "moved: { from: { source: files, cohort: moved.csv }, schedule: manual, to: [ { target: b, trait: \"now {name}\" } ] }",
            "rebased: { from: { source: files, cohort: rebased.csv }, schedule: manual, to: [ { target: b, trait: \"now {name}\" } ] }",
            "same: { from: { source: files, cohort: other.csv, cohort-name: same }, schedule: manual, to: [ b ] }",
            "emptied: { from: { source: files, cohort: emptied.csv }, schedule: manual, to: [ b ] }",
            "heir: { from: { source: files, cohort: left.csv, cohort-name: left }, schedule: manual, to: [ b ] }");

    @TempDir
    static Path folder;

    private static SegmentServer segment;
    private static RunningApp app;

    @BeforeAll
    static void fillAndChangeTheConfiguration() throws Exception {
        segment = new SegmentServer();
        try (RunningApp before = start("wk_1", BEFORE)) {
            for (String sync : List.of(
                    "kept", "resent", "stuck", "moved", "rebased", "same", "gone", "dropped", "emptied", "left")) {
                cohort(sync, List.of("ann", "bob", "cleo"));
                before.run(sync);
            }
            cohort("many", Trial.people("p", 150));
            before.run("many");
            // Confirmed by a route during the last run.
            before.bean(JdbcTemplate.class)
                    .update(
                            "insert into unconfirmed (link_id, fingerprint, member_key, process, confirmed, added_at)"
                                    + " select id, ?, 'late', 'p', true, current_timestamp from link where sync = 'gone'",
                            before.bean(Fingerprint.class).of("late"));
        }
        cohort("other", List.of("ann", "dora"));
        app = start("wk_2", AFTER);
    }

    @Test
    void whatIsChangedIsSaidAtTheStart(@TempDir Path elsewhere, CapturedOutput output) throws Exception {
        String yaml =
                YAML.formatted("%s", segment.url(), segment.url(), BEFORE.get(0).indent(4));
        Files.writeString(elsewhere.resolve("kept.csv"), "user_id\nann\n");
        try (RunningApp before = RunningApp.start(elsewhere, yaml.formatted("wk_1"))) {
            before.run("kept");
        }
        RunningApp.start(elsewhere, yaml.formatted("wk_2")).close();
        assertThat(output)
                .containsPattern("WARN  kept → a is held, because write-key was …\\w+, is …\\w+ \\(digests\\)");
    }

    private static RunningApp start(String writeKey, List<String> syncs) {
        String indented = String.join("\n", syncs).indent(4);
        return RunningApp.start(folder, YAML.formatted(writeKey, segment.url(), segment.url(), indented));
    }

    private static void cohort(String name, Collection<String> members) throws Exception {
        Files.writeString(folder.resolve(name + ".csv"), "user_id\n" + String.join("\n", members) + "\n");
    }

    @AfterAll
    static void stop() {
        app.close();
        segment.close();
    }

    @BeforeEach
    void forget() {
        segment.forgetRequests();
    }

    @AfterEach
    void theBooksAddUp() {
        Books.assertBalanced(app.bean(JdbcTemplate.class));
    }

    private static JsonNode answer(int status, String call) {
        HttpResponse<String> answer = app.call("POST", "/api/" + call);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        try {
            return new ObjectMapper().readTree(answer.body());
        } catch (Exception e) {
            throw new AssertionError(answer.body(), e);
        }
    }

    private static String refused(int status, String call) {
        return answer(status, call).path("detail").asText();
    }

    private static JsonNode link(String sync) {
        return app.get("/api/syncs/" + sync).path("targets").path(0);
    }

    private static long orphan(String sync) {
        return orphans(sync).findFirst().orElseThrow().path("id").asLong();
    }

    private static Stream<JsonNode> orphans(String sync) {
        return Stream.iterate(0, i -> i + 1)
                .limit(app.get("/api/orphans").size())
                .map(i -> app.get("/api/orphans").path(i))
                .filter(orphan -> orphan.path("sync").asText().equals(sync));
    }

    private static List<String> sent() {
        return segment.requests().stream()
                .flatMap(request -> request.userIds().stream())
                .toList();
    }

    private static void assertHeld(String sync, String what) {
        JsonNode part = app.runLink(sync);
        assertThat(part.path("state").asText()).isEqualTo("held");
        assertThat(part.path("error").asText())
                .contains(what)
                .contains("accept-change", "keep", "resync", "move", "rebaseline");
        assertThat(sent()).isEmpty();
        assertThat(link(sync).path("changed").asText()).contains(what);
    }

    @Test
    void underANewWriteKeyNothingIsSentAndKeepSendsNothingEither() throws Exception {
        assertHeld("kept", "write-key was");
        assertThat(answer(200, "syncs/kept/accept-change?as=keep")
                        .path("kept")
                        .path(0)
                        .asText())
                .isEqualTo("a");
        assertThat(link("kept").path("error").asText()).startsWith("the changed identity is accepted");
        assertThat(link("kept").path("decided").asBoolean()).isTrue();
        assertThat(app.runLink("kept").path("state").asText()).isEqualTo("succeeded");
        assertThat(link("kept").has("decided")).isFalse();
        assertThat(sent()).isEmpty();
        cohort("kept", List.of("ann", "bob", "dora"));
        app.runLink("kept");
        assertThat(sent()).containsExactlyInAnyOrder("dora", "cleo");
        assertThat(refused(409, "syncs/kept/accept-change?as=keep")).contains("Nothing is to be accepted");
        assertThat(refused(400, "syncs/kept/accept-change?as=yes")).contains("keep, resync, move, rebaseline");
        assertThat(refused(404, "syncs/kept/resync?target=b")).contains("[a]");
    }

    @Test
    void underANewWriteKeyResyncSendsAllAndLeaversAreRemoved() throws Exception {
        cohort("resent", List.of("ann", "bob"));
        assertHeld("resent", "write-key was");
        assertThat(refused(409, "syncs/resent/resync")).contains("accept-change?as=resync");
        JsonNode run = answer(200, "syncs/resent/accept-change?as=resync&wait=true");
        RunningApp.assertAddsUp(run);
        assertThat(run.path("targets").path(0).path("accepted").asLong()).isEqualTo(3);
        assertThat(segment.members("resent")).containsExactly("ann", "bob");
        assertThat(link("resent").path("acknowledged").asLong()).isEqualTo(2);

        segment.forgetRequests();
        assertThat(answer(202, "syncs/resent/resync?target=a").path("id").asLong())
                .isPositive();
        await().untilAsserted(() -> assertThat(sent()).containsExactlyInAnyOrder("ann", "bob"));
        await().untilAsserted(() -> assertThat(link("resent").has("resync")).isFalse());
    }

    @Test
    void aResyncThatMeetsAnEmptySnapshotIsStillOwedWhenTheCohortIsBack() throws Exception {
        cohort("emptied", List.of());
        JsonNode run = answer(200, "syncs/emptied/resync?wait=true");
        assertThat(run.path("state").asText()).isEqualTo("held");
        assertThat(sent()).isEmpty();
        cohort("emptied", List.of("ann", "bob", "cleo"));
        app.runLink("emptied");
        assertThat(sent()).containsExactlyInAnyOrder("ann", "bob", "cleo");
        assertThat(link("emptied").has("resync")).isFalse();
    }

    @Test
    void whatIsAtAPlaceThatNobodyCanReachAnyMoreOrThatIsTheSameIsNotMoved() {
        assertThat(refused(409, "syncs/stuck/accept-change?as=move"))
                .contains("cannot be reached any more", "keep, resync, rebaseline");
        assertThat(refused(409, "syncs/same/accept-change?as=move")).contains("the place is the same");
        assertHeld("same", "cohort was same.csv, is other.csv");
        answer(200, "syncs/same/accept-change?as=keep");
        app.runLink("same");
        assertThat(segment.members("same")).containsExactly("ann", "dora");
    }

    @Test
    void moveAddsThemAtTheNewPlaceAndRemovesThemFromTheOld() {
        assertHeld("moved", "trait was moved, is now moved");
        JsonNode run = answer(200, "syncs/moved/accept-change?as=move&wait=true");
        assertThat(run.path("targets").path(0).path("accepted").asLong()).isEqualTo(3);
        assertThat(segment.members("now moved")).containsExactly("ann", "bob", "cleo");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(segment.members("moved")).isEmpty());
        await().untilAsserted(() -> assertThat(orphans("moved")).isEmpty());
        await().untilAsserted(() -> Books.assertBalanced(app.bean(JdbcTemplate.class)));
    }

    @Test
    void aRebaselineSaysItsNumberAndTakesTheSnapshotForWhatIsThere() throws Exception {
        cohort("rebased", List.of("ann", "dora"));
        assertHeld("rebased", "trait was rebased");
        String state = StateTables.acknowledged(app);
        assertThat(refused(409, "syncs/rebased/rebaseline")).contains("accept-change?as=rebaseline");
        JsonNode numbers = answer(409, "syncs/rebased/accept-change?as=rebaseline");
        assertThat(numbers.path("adopt").asLong()).isEqualTo(1);
        assertThat(numbers.path("forget").asLong()).isEqualTo(2);
        assertThat(answer(409, "syncs/rebased/accept-change?as=rebaseline&forget=3")
                        .path("forget")
                        .asLong())
                .isEqualTo(2);
        assertThat(app.get("/api/runs?sync=rebased").path(0).path("state").asText())
                .isEqualTo("cancelled");
        Files.writeString(folder.resolve("rebased.csv"), "user_id\nann\n\"dora");
        answer(422, "syncs/rebased/accept-change?as=rebaseline&forget=2");
        assertThat(StateTables.acknowledged(app)).isEqualTo(state);

        cohort("rebased", List.of("ann", "dora"));
        JsonNode run = answer(200, "syncs/rebased/accept-change?as=rebaseline&forget=2");
        RunningApp.assertAddsUp(run);
        assertThat(run.path("state").asText()).isEqualTo("succeeded");
        assertThat(run.path("targets").path(0).path("same").asLong()).isEqualTo(2);
        assertThat(link("rebased").path("acknowledged").asLong()).isEqualTo(2);
        assertThat(app.runLink("rebased").path("state").asText()).isEqualTo("succeeded");
        assertThat(sent()).isEmpty();
        assertThat(answer(409, "syncs/rebased/rebaseline").path("forget").asLong())
                .isZero();
    }

    @Test
    void theMembersOfASyncThatLeftAreRemovedWhenAPersonSaysSo(CapturedOutput output) {
        long gone = orphan("gone");
        assertThat(app.get("/api/orphans").toString())
                .contains("trait \\\"gone\\\", with the cohort gone.csv")
                .doesNotContain("wk_");
        assertThat(segment.members("gone")).hasSize(3);
        JsonNode run = answer(200, "orphans/" + gone + "/remove-members?wait=true");
        RunningApp.assertAddsUp(run);
        assertThat(sent()).containsExactlyInAnyOrder("ann", "bob", "cleo", "late");
        assertThat(segment.members("gone")).isEmpty();
        assertThat(output).contains("orphan " + gone + " of gone → b: read 0, to enter 0, to leave 4, accepted 4");
        assertThat(refused(404, "orphans/" + gone + "/remove-members")).contains("There is no orphan");
    }

    @Test
    void theGuardHoldsTheRemovalOfManyUntilItsPlanIsApprovedAndACancelledOneIsNotTakenUpAgain() {
        long many = orphan("many");
        JsonNode held = answer(409, "orphans/" + many + "/remove-members");
        assertThat(held.path("members").asLong()).isEqualTo(150);
        String plan = held.path("plan").asText();
        answer(409, "orphans/" + many + "/remove-members?plan=other");
        assertThat(sent()).isEmpty();
        CountDownLatch let = new CountDownLatch(1);
        segment.behave(request -> {
            try {
                let.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Answer.OK;
        });
        long run;
        try {
            run = answer(202, "orphans/" + many + "/remove-members?plan=" + plan)
                    .path("id")
                    .asLong();
            await().until(() -> !sent().isEmpty());
            assertThat(orphans("many").findFirst().orElseThrow().path("removal").asText())
                    .isEqualTo("under way");
            answer(202, "runs/" + run + "/cancel");
            assertThat(orphans("many").findFirst().orElseThrow().has("removal")).isFalse();
        } finally {
            let.countDown();
            segment.behaveWell();
        }
        await().until(() -> !app.get("/api/runs/" + run).path("state").asText().equals("running"));
        // Whoever was not under way.
        orphans("many").forEach(left -> answer(200, "orphans/" + many + "/remove-members?wait=true"));
        assertThat(segment.members("many")).isEmpty();
    }

    @Test
    void anOrphanCanBeDroppedAndNotBeRemovedFromWhereItCannotBeReached() {
        long dropped = orphan("dropped");
        assertThat(refused(409, "orphans/" + dropped + "/remove-members")).contains("target a is another place now");
        assertThat(answer(409, "orphans/" + dropped + "/drop").path("forget").asLong())
                .isEqualTo(3);
        assertThat(app.call("POST", "/api/orphans/" + dropped + "/drop?forget=3")
                        .statusCode())
                .isEqualTo(204);
        assertThat(orphans("dropped")).isEmpty();
        assertThat(sent()).isEmpty();
        assertThat(segment.members("dropped")).hasSize(3);
    }

    @Test
    void aSyncThatFillsTheSamePlaceAdoptsThem() throws Exception {
        long left = orphan("left");
        assertThat(refused(409, "orphans/" + left + "/remove-members")).contains("heir → b fills the same place");
        assertThat(refused(409, "orphans/" + left + "/adopt?as=moved")).contains("members of its own");
        assertThat(answer(200, "orphans/" + left + "/adopt?as=heir")
                        .path("acknowledged")
                        .asLong())
                .isEqualTo(3);
        cohort("left", List.of("ann", "dora"));
        app.runLink("heir");
        assertThat(sent()).containsExactlyInAnyOrder("bob", "cleo", "dora");
        assertThat(segment.members("left")).containsExactly("ann", "dora");
    }
}
