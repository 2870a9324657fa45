package io.cohortsync.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.JarProcess;
import io.cohortsync.testing.RunningApp;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The repository's own application.yaml: what a stranger sees first. */
class DemoTest {

    @TempDir
    Path folder;

    @Test
    void everyCohortOfTheDemoArrives() throws Exception {
        // Tests run in a folder below target/.
        String yaml = Files.readString(Path.of("../../application.yaml"));
        try (RunningApp app = RunningApp.start(
                folder, yaml, "--server.port=" + JarProcess.freePort(), "--spring.datasource.url=jdbc:h2:mem:demo")) {
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                for (JsonNode sync : app.get("/api/syncs")) {
                    assertThat(sync.path("lastSuccess").asText())
                            .as(sync.toString())
                            .isNotEmpty();
                    sync.path("targets")
                            .forEach(link -> assertThat(link.path("drift").asLong())
                                    .as(link.toString())
                                    .isZero());
                }
            });
            assertThat(app.get("/sandbox/segment/traits/%5BAmplitude%5D%20Frequent%20buyers%20(fr3qbuy)")
                            .path("true")
                            .asInt())
                    .isEqualTo(2000);
            assertThat(app.get("/sandbox/segment/traits/Mixpanel%20-%20Trial%20lapsed")
                            .path("true")
                            .asInt())
                    .isEqualTo(600);
            assertThat(app.get("/sandbox/amplitude/cohorts").toString()).contains("VIP customers");
            assertThat(app.get("/api/syncs")).hasSize(5);
        }
    }
}
