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
                .sync("first", "[ web ]", "guard: { first-run: hold }");
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
    void aFirstRunMayBeHeld() {
        assertHeld(run("first", List.of("ann", "bob")), 2, "guard.first-run");
        assertThat(segment.requests()).isEmpty();
    }
}
