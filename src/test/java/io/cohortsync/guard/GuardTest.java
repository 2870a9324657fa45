package io.cohortsync.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.Trial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What looks like an accident waits for a person. */
class GuardTest {

    @TempDir
    static Path folder;

    private static SegmentServer segment;
    private static Trial trial;

    @BeforeAll
    static void start() {
        segment = new SegmentServer();
        trial = new Trial(folder).segment("web", segment.url());
        trial.sync("collapse", "[ web ]")
                .sync("share", "[ web ]", "guard: { max-exits: 20%, min-exits: 0 }")
                .sync("few", "[ web ]", "guard: { max-exits: 1%, min-exits: 100 }")
                .sync("number", "[ web ]", "guard: { max-exits: 5, min-exits: 0 }")
                .sync("unguarded", "[ web ]", "guard: { max-exits: off }")
                .sync("window", "[ web ]", "guard: { max-exits: 20%, min-exits: 0, window: 24h }")
                .sync("empty", "[ web ]")
                .sync("may-empty", "[ web ]", "guard: { allow-empty: true, max-exits: off }")
                .sync("enters", "[ web ]", "guard: { max-enters: 50% }")
                .sync("again", "[ web ]", "guard: { max-enters: 50% }")
                .sync("first", "[ web ]", "guard: { first-run: hold }")
                .sync("approved", "[ web ]", "guard: { max-exits: 20, min-exits: 20 }")
                .sync("discarded", "[ web ]")
                .sync("replaced", "[ web ]")
                .sync("first-approved", "[ web ]", "guard: { first-run: hold }")
                .sync("slices", "[ web ]")
                .sync("window-goes-on", "[ web ]")
                .sync("decided", "[ web ]")
                .sync("invalid", "[ web ]");
        trial.start();
    }

    @AfterAll
    static void stop() {
        trial.close();
        segment.close();
    }

    @BeforeEach
    void forget() {
        segment.forgetRequests();
    }

    private static JsonNode run(String sync, Collection<String> members) {
        trial.cohort(sync, members);
        return trial.runLink(sync);
    }

    private static void assertHeld(JsonNode link, long held, String why) {
        assertThat(link.path("held").asLong()).isEqualTo(held);
        assertThat(link.path("state").asText()).isEqualTo("held");
        assertThat(link.path("drift").asLong()).isEqualTo(held);
        assertThat(link.path("error").asText()).contains(why);
    }

    @Test
    void aCohortThatFallsFromTenThousandToThreeLosesNobodyAndNewcomersGoIn() {
        List<String> all = Trial.people("p", 10_000);
        assertThat(run("collapse", all).path("accepted").asLong()).isEqualTo(10_000);
        List<String> three = List.of(all.get(0), all.get(1), "new");
        JsonNode link = run("collapse", three);

        assertHeld(link, 9_998, "guard.max-exits");
        assertThat(link.path("accepted").asLong()).isEqualTo(1);
        assertThat(segment.members("collapse")).hasSize(10_001).contains("new");
        assertThat(trial.app()
                        .get("/api/runs?sync=collapse")
                        .path(0)
                        .path("state")
                        .asText())
                .isEqualTo("held");
        assertHeld(trial.runLink("collapse"), 9_998, "guard.max-exits");
    }

    @Test
    void exitsUpToTheShareGoAndOneMoreHoldsThemAll() {
        List<String> all = Trial.people("p", 100);
        run("share", all);
        assertThat(run("share", all.subList(20, 100)).path("accepted").asLong()).isEqualTo(20);

        // Those twenty and this one are more than a fifth of the hundred there were.
        assertHeld(run("share", all.subList(21, 100)), 1, "they would make 21 within 24h");
        assertThat(segment.members("share")).hasSize(80);
    }

    @Test
    void aFewExitsAlwaysGo() {
        List<String> all = Trial.people("p", 300);
        run("few", all);
        assertThat(run("few", all.subList(100, 300)).path("accepted").asLong()).isEqualTo(100);
        assertHeld(run("few", all.subList(101, 300)), 1, "guard.max-exits");
    }

    @Test
    void theLimitMayBeANumber() {
        List<String> all = Trial.people("p", 100);
        run("number", all);
        assertHeld(run("number", all.subList(6, 100)), 6, "and 5 may pass");
        assertThat(run("number", all.subList(5, 100)).path("accepted").asLong()).isEqualTo(5);
    }

    @Test
    void theGuardMayBeOff() {
        run("unguarded", Trial.people("p", 200));
        assertThat(run("unguarded", List.of("p-1-end")).path("accepted").asLong())
                .isEqualTo(199);
        assertThat(segment.members("unguarded")).containsExactly("p-1-end");
    }

    @Test
    void exitsOfBeforeTheWindowCountNoMore() {
        List<String> all = Trial.people("p", 100);
        run("window", all);
        run("window", all.subList(15, 100));
        assertHeld(run("window", all.subList(25, 100)), 10, "they would make 25 within 24h");
        trial.state()
                .sql("update delivery set closed_at = closed_at - interval '25' hour"
                        + " where link_id in (select id from link where sync = 'window')")
                .update();
        assertThat(trial.runLink("window").path("accepted").asLong()).isEqualTo(10);
        assertThat(segment.members("window")).hasSize(75);
    }

    @Test
    void anEmptySnapshotRemovesNobodyUnlessThatIsAllowed() {
        run("empty", List.of("ann", "bob"));
        assertHeld(run("empty", List.of()), 2, "guard.allow-empty");
        assertThat(segment.members("empty")).containsExactly("ann", "bob");

        run("may-empty", List.of("ann", "bob"));
        assertThat(run("may-empty", List.of()).path("accepted").asLong()).isEqualTo(2);
        assertThat(segment.members("may-empty")).isEmpty();
    }

    @Test
    void tooManyEntersAreHeldToo() {
        List<String> members = new ArrayList<>(Trial.people("p", 100));
        assertThat(run("enters", members).path("accepted").asLong())
                .as("a share of nobody says nothing of a first run")
                .isEqualTo(100);
        members.addAll(Trial.people("q", 51));
        assertHeld(run("enters", members), 51, "guard.max-enters");
        assertThat(run("enters", members.subList(0, 150)).path("accepted").asLong())
                .isEqualTo(50);
    }

    @Test
    void whoeverIsSentAgainIsNoNewcomer() {
        List<String> people = Trial.people("p", 400);
        run("again", people.subList(0, 100));
        segment.forgetRequests();
        trial.cohort("again", people.subList(0, 160));
        JsonNode link = resync("again");
        assertThat(link.path("accepted").asLong()).as("those who are in").isEqualTo(100);
        assertHeld(link, 60, "60 enters held: at most 50 pass");
        assertThat(link("again").path("heldPlan").path("enters").asLong()).isEqualTo(60);

        segment.forgetRequests();
        trial.cohort("again", people);
        link = approve("again", "");
        assertThat(link.path("accepted").asLong()).isEqualTo(60);
        assertHeld(link, 240, "240 enters held: at most 50 pass");
        link = resync("again");
        assertThat(link.path("accepted").asLong()).isEqualTo(160);
        assertHeld(link, 240, "240 enters held: at most 80 pass");
    }

    private static JsonNode resync(String sync) {
        return trial.app()
                .post("/api/syncs/" + sync + "/resync?wait=true")
                .path("targets")
                .path(0);
    }

    @Test
    void aFirstRunMayBeHeld() {
        assertHeld(run("first", List.of("ann", "bob")), 2, "guard.first-run");
        assertThat(segment.requests()).isEmpty();
    }

    private static JsonNode link(String sync) {
        return trial.app().get("/api/syncs/" + sync).path("targets").path(0);
    }

    private static String heldPlan(String sync) {
        return link(sync).path("heldPlan").path("id").asText();
    }

    private static JsonNode approve(String sync, String query) {
        return trial.app()
                .post("/api/syncs/" + sync + "/approve?wait=true" + query)
                .path("targets")
                .path(0);
    }

    @Test
    void whatIsApprovedGoesAndNothingElse() {
        List<String> all = Trial.people("p", 1_000);
        run("approved", all);
        JsonNode held = run("approved", all.subList(0, 600));
        assertHeld(held, 400, "approve or discard plan " + heldPlan("approved"));

        // Before the approval arrives, fifty of them are back and thirty others are gone.
        List<String> now = new ArrayList<>(all.subList(0, 650));
        now.removeAll(all.subList(0, 30));
        trial.cohort("approved", now);
        JsonNode after = approve("approved", "");
        assertThat(after.path("accepted").asLong()).isEqualTo(350);
        assertHeld(after, 30, "they would make 30");
        assertThat(segment.members("approved")).containsExactlyInAnyOrderElementsOf(all.subList(0, 650));
        assertThat(link("approved").path("heldPlan").path("exits").asLong()).isEqualTo(30);

        assertThat(approve("approved", "&plan=" + heldPlan("approved"))
                        .path("accepted")
                        .asLong())
                .isEqualTo(30);
        assertThat(segment.members("approved")).containsExactlyInAnyOrderElementsOf(now);
        assertThat(link("approved").has("heldPlan")).isFalse();

        // What a person has approved is no reason to hold what comes after it.
        assertThat(run("approved", now.subList(0, 600)).path("state").asText()).isEqualTo("succeeded");
    }

    @Test
    void whatIsDiscardedStaysUntilItIsInTheCohortAgain() {
        List<String> all = Trial.people("p", 500);
        run("discarded", all);
        assertHeld(run("discarded", all.subList(0, 100)), 400, "guard.max-exits");
        String plan = heldPlan("discarded");
        JsonNode answer = trial.app().post("/api/syncs/discarded/discard?plan=" + plan);
        assertThat(answer.path("discarded").path(0).path("exits").asLong()).isEqualTo(400);

        JsonNode next = trial.runLink("discarded");
        assertThat(next.path("state").asText()).isEqualTo("succeeded");
        assertThat(next.path("exit").asLong()).isZero();
        assertThat(link("discarded").path("kept").asLong()).isEqualTo(400);
        assertThat(segment.members("discarded")).hasSize(500);

        // Ten are in the cohort again, and then leave like anybody else.
        run("discarded", all.subList(0, 110));
        assertThat(link("discarded").path("kept").asLong()).isEqualTo(390);
        assertThat(run("discarded", all.subList(0, 100)).path("accepted").asLong())
                .isEqualTo(10);
        assertThat(segment.members("discarded")).hasSize(490);
    }

    @Test
    void aPlanThatWasReplacedCanNeitherBeApprovedNorDiscarded() {
        List<String> all = Trial.people("p", 300);
        run("replaced", all);
        assertThat(trial.app().call("POST", "/api/syncs/replaced/approve").statusCode())
                .isEqualTo(409);
        run("replaced", all.subList(0, 50));
        String first = heldPlan("replaced");
        trial.runLink("replaced");
        assertThat(heldPlan("replaced")).as("the same people, the same plan").isEqualTo(first);
        assertThat(trial.app()
                        .post("/api/syncs/replaced/plan")
                        .path("targets")
                        .path(0)
                        .path("plan")
                        .asText())
                .as("as a plan that is asked for names it")
                .isEqualTo(first);

        run("replaced", all.subList(0, 40));
        for (String decision : List.of("approve", "discard")) {
            assertThat(trial.app()
                            .call("POST", "/api/syncs/replaced/" + decision + "?plan=" + first)
                            .statusCode())
                    .isEqualTo(409);
        }
        trial.runLink("replaced");
        assertThat(segment.members("replaced")).hasSize(300);

        run("replaced", all);
        assertThat(link("replaced").has("heldPlan"))
                .as("a harmless run ends the waiting")
                .isFalse();
    }

    @Test
    void heldEntersGoWhenTheyAreApproved() {
        assertHeld(run("first-approved", Trial.people("p", 50)), 50, "guard.first-run");
        assertThat(trial.app().call("POST", "/api/syncs/first-approved/discard").statusCode())
                .as("whoever is in the cohort stays wanted")
                .isEqualTo(409);
        assertThat(approve("first-approved", "").path("accepted").asLong()).isEqualTo(50);
        assertThat(segment.members("first-approved")).hasSize(50);
    }

    @Test
    void aSlowWipeIsHeldAsSoonAsTheWindowSaysSo() {
        List<String> all = Trial.people("p", 10_000);
        run("slices", all);
        int runs = 0;
        int left = 10_000;
        JsonNode link;
        do {
            left -= 200;
            runs++;
            link = run("slices", all.subList(0, left));
        } while (link.path("held").asLong() == 0 && left > 0);

        assertThat(runs).as("slices of 2 % until a fifth is gone").isEqualTo(11);
        assertHeld(link, 200, "they would make 2,200 within 24h, and 2,000 may pass");
        assertThat(segment.members("slices")).hasSize(8_000);
    }

    @Test
    void aSnapshotThatIsMostlyInvalidIsNotTakenForComplete() {
        run("invalid", List.of("ann", "bob", "cid"));
        trial.cohort("invalid", List.of("ann", "x".repeat(600), "y".repeat(600)));
        JsonNode link = trial.runLink("invalid");

        assertThat(link.path("state").asText()).isEqualTo("failed");
        assertThat(link.path("error").asText()).contains("2 of 3 records are invalid");
        assertThat(link.path("failed").asLong()).isEqualTo(2);
        assertThat(segment.members("invalid")).containsExactly("ann", "bob", "cid");
    }

    @Test
    void whatIsApprovedLetsNothingElsePass() {
        List<String> all = Trial.people("p", 1_000);
        run("window-goes-on", all);
        assertThat(run("window-goes-on", all.subList(0, 810)).path("accepted").asLong())
                .isEqualTo(190);
        assertHeld(run("window-goes-on", all.subList(0, 790)), 20, "they would make 210 within 24h");
        approve("window-goes-on", "");
        assertThat(segment.members("window-goes-on")).hasSize(790);

        // The 190 of before count as they did; the 20 that a person has seen do not.
        assertHeld(run("window-goes-on", all.subList(0, 779)), 11, "they would make 201 within 24h, and 196 may pass");
    }

    @Test
    void nobodyIsAskedAgainWhatWasDecided() {
        List<String> all = Trial.people("p", 300);
        run("decided", all);
        run("decided", all.subList(0, 50));
        trial.app().post("/api/syncs/decided/discard?plan=" + heldPlan("decided"));

        JsonNode link = link("decided");
        assertThat(link.path("held").asLong()).isZero();
        assertThat(link.path("error").asText()).endsWith("is discarded; the next run goes by that");
        assertThat(trial.app().call("POST", "/api/syncs/decided/approve").statusCode())
                .isEqualTo(409);
    }
}
