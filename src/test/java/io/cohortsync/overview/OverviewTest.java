package io.cohortsync.overview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.SegmentServer.Answer;
import io.cohortsync.testing.Trial;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What people and their tools see of syncs and targets in trouble: API, health, metrics and JMX. */
@ExtendWith(OutputCaptureExtension.class)
class OverviewTest {

    /** What is shown may be five seconds old. */
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    static Path folder;

    private static SegmentServer segment;
    private static Trial trial;

    @BeforeAll
    static void start() {
        segment = new SegmentServer();
        trial = new Trial(folder)
                .segment("web", segment.url())
                .segment("refuses", segment.url() + "/refuses")
                .sync("wiped", "[ web ]")
                .sync("unsent", "[ refuses ]")
                .segment("late", segment.url() + "/late")
                .sync("both", "[ web, late ]")
                .syncAsWritten("""
                        broken: { from: { source: files, cohort: broken.csv }, schedule: "0 0 0 1 1 ? *", to: [ web ] }
                        """)
                .start();
    }

    @AfterAll
    static void stop() {
        trial.close();
        segment.close();
    }

    private static JsonNode health(String component) {
        return trial.app().get("/actuator/health").path("components").path(component);
    }

    private static String metrics() {
        return trial.app().call("GET", "/actuator/prometheus").body();
    }

    private static Object jmx(String sync, String target, String attribute) throws Exception {
        ObjectName link = new ObjectName("io.cohortsync:type=Link,sync=" + sync + ",target=" + target);
        return ManagementFactory.getPlatformMBeanServer().getAttribute(link, attribute);
    }

    @Test
    void aSyncThatKeepsFailingIsQuarantinedUntilARunByHandSucceeds(CapturedOutput output) throws Exception {
        // It is overdue at the start, and that is its first failure.
        await().until(() -> trial.app().get("/api/runs?sync=broken").path(0).has("finishedAt"));
        for (int i = 2; i <= 4; i++) {
            trial.run("broken");
        }
        assertThat(trial.app().get("/api/syncs/broken").has("quarantined")).isFalse();
        assertThat(output).doesNotContain("quarantined");
        trial.run("broken");
        trial.run("broken");

        JsonNode sync = trial.app().get("/api/syncs/broken");
        JsonNode slowed = sync.path("quarantined");
        assertThat(slowed.path("failures").asInt()).isEqualTo(6);
        assertThat(Instant.parse(slowed.path("since").asText())).isBefore(Instant.now());
        assertThat(slowed.path("why").asText()).startsWith("File broken.csv does not exist");
        assertThat(slowed.path("advice").asText()).contains("POST /api/syncs/broken/run");
        assertThat(sync.path("nextRun")).isEqualTo(slowed.path("nextTry"));
        assertThat(output.getAll().lines().filter(line -> line.contains("broken: quarantined, it failed 5 times")))
                .hasSize(1);
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(health("syncs").path("status").asText()).isEqualTo("ATTENTION");
            assertThat(health("syncs").path("details").path("broken").path("quarantined"))
                    .isEqualTo(slowed);
            assertThat(metrics()).contains("cohort_sync_quarantined{sync=\"broken\"} 1.0");
            assertThat(jmx("broken", "web", "QuarantinedUntil"))
                    .isEqualTo(slowed.path("nextTry").asText());
        });
        assertThat(metrics()).contains("cohort_sync_runs_total{state=\"failed\",sync=\"broken\"} 6.0");
        assertThat(trial.app().get("/actuator/health").path("status").asText()).isEqualTo("UP");

        trial.cohort("broken", List.of("ann"));
        assertThat(trial.run("broken").path("state").asText()).isEqualTo("succeeded");

        assertThat(trial.app().get("/api/syncs/broken").has("quarantined")).isFalse();
        assertThat(output.getAll().lines().filter(line -> line.contains("broken: no longer quarantined")))
                .hasSize(1);
        assertThat(metrics())
                .contains("cohort_sync_changes_total{outcome=\"accepted\",sync=\"broken\",target=\"web\"} 1.0");
    }

    @Test
    void aRebaselineOfOneTargetSaysNothingOfTheOther() {
        trial.app().post("/api/targets/late/pause");
        trial.cohort("both", List.of("ann"));
        assertThat(trial.run("both").path("state").asText()).isEqualTo("incomplete");
        JsonNode run = trial.app().post("/api/syncs/both/rebaseline?target=web&forget=0");
        assertThat(run.path("state").asText()).isEqualTo("succeeded");

        JsonNode sync = trial.app().get("/api/syncs/both");
        assertThat(sync.has("lastSuccess")).as(sync.toString()).isFalse();
        assertThat(sync.path("targets"))
                .extracting(link -> link.path("state").asText())
                .containsExactly("succeeded", "incomplete");
        assertThat(sync.path("targets").path(1).path("error").asText()).contains("target late is paused");
    }

    @Test
    void whatIsHeldAndWhatIsStoppedIsSeenEverywhereAndFailsNoProbe() throws Exception {
        trial.cohort("wiped", List.of("ann", "bob"));
        trial.run("wiped");
        trial.cohort("wiped", List.of());
        assertThat(trial.run("wiped").path("state").asText()).isEqualTo("held");
        segment.behave(request -> request.path().startsWith("/refuses") ? Answer.status(401) : Answer.OK);
        trial.cohort("unsent", List.of("ann"));
        assertThat(trial.run("unsent").path("state").asText()).isEqualTo("incomplete");

        await().atMost(SOON).untilAsserted(() -> {
            JsonNode held = health("syncs")
                    .path("details")
                    .path("wiped")
                    .path("targets")
                    .path("web");
            assertThat(held.path("state").asText()).isEqualTo("held");
            assertThat(held.path("held").asLong()).isEqualTo(2);
            assertThat(held.path("why").asText()).contains("2 exits held");
            assertThat(health("targets").path("status").asText()).isEqualTo("ATTENTION");
            assertThat(health("targets").path("details").path("refuses").asText())
                    .startsWith("target refuses is stopped: HTTP 401");
            assertThat(metrics())
                    .contains(
                            "cohort_sync_held{sync=\"wiped\",target=\"web\"} 2.0",
                            "cohort_sync_acknowledged{sync=\"wiped\",target=\"web\"} 2.0",
                            "cohort_sync_in_doubt{sync=\"wiped\",target=\"web\"} 0.0",
                            "cohort_sync_drift{sync=\"unsent\",target=\"refuses\"} 1.0",
                            "cohort_sync_target_stopped{target=\"refuses\"} 1.0",
                            "cohort_sync_target_stopped{target=\"web\"} 0.0");
            assertThat(jmx("wiped", "web", "State")).isEqualTo("held");
            assertThat(jmx("wiped", "web", "Held")).isEqualTo(2L);
            assertThat(jmx("wiped", "web", "InDoubt")).isEqualTo(0L);
            assertThat((String) jmx("wiped", "web", "HeldWhy")).contains("2 exits held");
            assertThat(jmx("unsent", "refuses", "Drift")).isEqualTo(1L);
        });
        // A person has decided: nobody is waited for.
        assertThat(trial.app().call("POST", "/api/syncs/wiped/discard").statusCode())
                .isEqualTo(200);
        assertThat(trial.app()
                        .get("/api/syncs/wiped")
                        .path("targets")
                        .path(0)
                        .path("decided")
                        .asBoolean())
                .isTrue();
        for (String probe : List.of("", "/liveness", "/readiness", "/syncs", "/targets")) {
            assertThat(trial.app().call("GET", "/actuator/health" + probe).statusCode())
                    .as(probe)
                    .isEqualTo(200);
        }
        assertThat(trial.app().get("/actuator/health").path("status").asText()).isEqualTo("UP");
    }
}
