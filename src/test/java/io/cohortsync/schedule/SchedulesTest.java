package io.cohortsync.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.spi.RouteController;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Schedules as a whole application keeps them. */
class SchedulesTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    private final SegmentServer segment = new SegmentServer();

    @TempDir
    Path folder;

    @BeforeEach
    void layOut() throws Exception {
        Files.writeString(folder.resolve("vip.csv"), "user_id\nann\n");
    }

    @AfterEach
    void stop() {
        segment.close();
    }

    private RunningApp start(String... syncs) {
        StringBuilder yaml = new StringBuilder("""
                cohort-sync:
                  sources: { exports: { type: file, directory: $DIR } }
                  targets: { web: { type: segment, write-key: wk_test, base-url: %s } }
                  syncs:
                """.formatted(segment.url()));
        for (String sync : syncs) {
            String[] nameAndRest = sync.split(": ", 2);
            yaml.append(
                    "    %s: { from: { source: exports, cohort: vip.csv }, to: [ { target: web, trait: \"%s {name}\" } ], %s }\n"
                            .formatted(nameAndRest[0], nameAndRest[0], nameAndRest[1]));
        }
        return RunningApp.start(folder, yaml.toString());
    }

    private static List<Instant> runs(RunningApp app, String sync, String trigger) {
        List<Instant> started = new ArrayList<>();
        for (JsonNode run : app.get("/api/runs?sync=" + sync)) {
            if (run.path("trigger").asText().equals(trigger)) {
                started.add(0, Instant.parse(run.path("startedAt").asText()));
            }
        }
        return started;
    }

    @Test
    void aDurationFiresAtItsAlignedTimesAlsoAfterItsRouteWasStoppedAndStarted() throws Exception {
        try (RunningApp app = start("often: schedule: 2s")) {
            await().atMost(SOON).until(() -> runs(app, "often", "schedule").size() >= 3);
            RouteController routes = app.bean(CamelContext.class).getRouteController();
            routes.stopRoute("sync-often");
            int before = runs(app, "often", "schedule").size();
            await().pollDelay(Duration.ofMillis(700)).until(() -> true);
            routes.startRoute("sync-often");
            await().atMost(SOON).until(() -> runs(app, "often", "schedule").size() >= before + 3);

            Firings firings = Firings.of(new Schedule.Every(Duration.ofSeconds(2)), "often");
            List<Instant> started = runs(app, "often", "schedule");
            long late = started.stream()
                    .filter(at -> Duration.between(firings.lastDue(at).orElseThrow(), at)
                                    .toMillis()
                            > 700)
                    .count();
            // One stands for what was missed while the route was stopped; a busy machine may delay another.
            assertThat(late).as("late of %s", started).isLessThanOrEqualTo(2);
            assertThat(started.stream().map(at -> firings.lastDue(at).orElseThrow()))
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void aCronFiresAManualSyncDoesNotButHasItsRouteAndADisabledOneHasNone() {
        try (RunningApp app = start(
                "cron: schedule: \"*/2 * * * * ?\"",
                "by-hand: schedule: manual",
                "unused: schedule: 1s, enabled: false")) {
            await().atMost(SOON).until(() -> runs(app, "cron", "schedule").size() >= 2);

            assertThat(app.get("/api/runs?sync=by-hand")).isEmpty();
            assertThat(app.get("/api/runs?sync=unused")).isEmpty();
            assertThat(app.bean(CamelContext.class).getRoutes())
                    .extracting(Route::getRouteId)
                    .contains("sync-cron", "sync-by-hand")
                    .doesNotContain("sync-unused");
            assertThat(app.get("/api/syncs/by-hand").has("nextRun")).isFalse();
        }
    }

    @Test
    void whatFellDueDuringAPauseIsRunOnceWhenThePauseEnds() {
        try (RunningApp app = start("rare: schedule: 1d")) {
            await().atMost(SOON).until(() -> runs(app, "rare", "start").size() == 1);
            // As if the last firing had been two days ago.
            app.bean(org.springframework.jdbc.core.simple.JdbcClient.class)
                    .sql("update sync set last_fire = current_timestamp - interval '2' day")
                    .update();
            app.post("/api/syncs/rare/pause");
            await().during(Duration.ofSeconds(6))
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> app.get("/api/runs?sync=rare").size() == 1);

            app.post("/api/syncs/rare/resume");
            await().atMost(SOON).until(() -> app.get("/api/runs?sync=rare").size() == 2);
            await().during(Duration.ofSeconds(6))
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> app.get("/api/runs?sync=rare").size() == 2);
        }
    }
}
