package io.cohortsync.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.Trial;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two targets of one run, one of them with a rate. */
class PacingTest {

    private static final int RATE = 5;

    @TempDir
    Path folder;

    @Test
    void aTargetIsNeverCalledFasterThanItsRateAndSlowsNoOther() {
        try (SegmentServer server = new SegmentServer();
                Trial trial = new Trial(folder)
                        .target(
                                "slow",
                                "type: webhook, batch-size: 1, in-flight: 4, rate: " + RATE + ", url: \"" + server.url()
                                        + "/slow\"")
                        .target(
                                "fast",
                                "type: webhook, batch-size: 1, in-flight: 4, url: \"" + server.url() + "/fast\"")
                        .sync("vip", "[ slow, fast ]")
                        .start()) {
            trial.cohort("vip", Trial.people("p", 20));
            JsonNode run = trial.run("vip");

            assertThat(run.path("state").asText()).isEqualTo("succeeded");
            List<Long> slow = arrivals(server, "/slow");
            List<Long> fast = arrivals(server, "/fast");
            assertThat(slow).hasSize(20);
            assertThat(fast).hasSize(20);
            for (int i = RATE; i < slow.size(); i++) {
                assertThat(slow.get(i) - slow.get(i - RATE))
                        .as("milliseconds from call " + (i - RATE) + " to call " + i)
                        .isGreaterThan(700);
            }
            assertThat(slow.get(19) - slow.get(0)).isGreaterThan(3_700);
            assertThat(fast.get(19)).as("the last call of the other").isLessThan(slow.get(12));
        }
    }

    private static List<Long> arrivals(SegmentServer server, String path) {
        return server.requests().stream()
                .filter(request -> request.path().equals(path))
                .map(SegmentServer.Request::atMillis)
                .sorted()
                .toList();
    }
}
