package io.cohortsync.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.cohortsync.run.Overdue;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** What a start runs: what was missed, what was cut off, and what never succeeded. */
class OverdueAtStartTest {

    private final SegmentServer segment = new SegmentServer();

    @TempDir
    Path folder;

    @BeforeEach
    void cohort() throws IOException {
        Files.writeString(folder.resolve("vip.csv"), "user_id\nann\n");
    }

    @AfterEach
    void stop() {
        segment.close();
    }

    private RunningApp start(String schedule) {
        return RunningApp.start(folder, """
                cohort-sync:
                  sources:
                    exports: { type: file, directory: $DIR }
                  targets:
                    web: { type: segment, write-key: wk_test, base-url: %s }
                  syncs:
                    vip:
                      from: { source: exports, cohort: vip.csv }
                      schedule: %s
                      to: [ web ]
                """.formatted(segment.url(), schedule));
    }

    /** Starts, waits until everything overdue was looked at and has run, and says how every run of all starts ended. */
    private List<String> runsAfterAnotherStart(String schedule) {
        try (RunningApp app = start(schedule)) {
            JdbcTemplate jdbc = app.bean(JdbcTemplate.class);
            await().atMost(Duration.ofSeconds(40))
                    .until(() -> app.bean(Overdue.class).syncs().isEmpty()
                            && jdbc.queryForObject(
                                            "select count(*) from sync where lease_until >= current_timestamp",
                                            Integer.class)
                                    == 0);
            Books.assertBalanced(jdbc);
            return jdbc.queryForList("select started_by || ' ' || state from run order by id", String.class);
        }
    }

    private void between(String sql) {
        new JdbcTemplate(new org.springframework.jdbc.datasource.DriverManagerDataSource(
                        "jdbc:h2:file:" + folder.resolve("state") + ";WRITE_DELAY=0"))
                .update(sql);
    }

    @Test
    void whatNeverSucceededRunsAtOnceAndWhatIsNotDueDoesNotRunAgain() {
        assertThat(runsAfterAnotherStart("daily")).containsExactly("start succeeded");
        assertThat(runsAfterAnotherStart("daily")).containsExactly("start succeeded");
    }

    @Test
    void aDueTimeThatWasMissedIsMadeUpForOnce() {
        runsAfterAnotherStart("daily");
        between("update sync set last_fire = dateadd(day, -3, last_fire)");
        assertThat(runsAfterAnotherStart("daily")).containsExactly("start succeeded", "start succeeded");
        assertThat(runsAfterAnotherStart("daily")).hasSize(2);
    }

    @Test
    void aMissedCalendarTimeIsMadeUpForToo() {
        runsAfterAnotherStart("{ daily: \"06:30\" }");
        assertThat(runsAfterAnotherStart("{ daily: \"06:30\" }")).hasSize(1);
        between("update sync set last_fire = dateadd(day, -1, last_fire)");
        assertThat(runsAfterAnotherStart("{ daily: \"06:30\" }")).hasSize(2);
    }

    @Test
    void whatNeverSucceededIsTriedAtEveryStart() throws IOException {
        Files.delete(folder.resolve("vip.csv"));
        runsAfterAnotherStart("daily");
        assertThat(runsAfterAnotherStart("daily")).containsExactly("start failed", "start failed");
        cohort();
        assertThat(runsAfterAnotherStart("daily")).endsWith("start succeeded");
    }

    @Test
    void onceIsOverWithItsFirstSuccessAndRemembersIt() {
        assertThat(runsAfterAnotherStart("once")).containsExactly("start succeeded");
        between("update sync set last_fire = dateadd(day, -3, last_fire)");
        assertThat(runsAfterAnotherStart("once")).containsExactly("start succeeded");
    }

    @Test
    void aManualSyncWaitsToBeAsked() {
        assertThat(runsAfterAnotherStart("manual")).isEmpty();
    }

    @Test
    void aRunThatWasCutOffIsMadeUpForAsSoonAsTheDeadNodesLeaseHasEnded() {
        runsAfterAnotherStart("daily");
        between("insert into run (sync, token, state, started_by, started_at)"
                + " select name, token, 'running', 'schedule', current_timestamp from sync");
        between("update sync set lease_until = dateadd(second, 12, current_timestamp)");
        assertThat(runsAfterAnotherStart("daily"))
                .containsExactly("start succeeded", "schedule failed", "start succeeded");
    }
}
