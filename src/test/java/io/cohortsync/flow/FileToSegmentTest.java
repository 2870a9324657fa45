package io.cohortsync.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cohort's way from a file through the diff to Segment, and back out. */
class FileToSegmentTest {

    private final SegmentServer segment = new SegmentServer();

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        segment.close();
    }

    private String yaml() {
        return """
                cohort-sync:
                  sources:
                    exports: { type: file, directory: $DIR }
                  targets:
                    web: { type: segment, write-key: wk_test, base-url: %s }
                  syncs:
                    vip:
                      from: { source: exports, cohort: vip.csv }
                      schedule: manual
                      to: [ web ]
                """.formatted(segment.url());
    }

    @Test
    void whoEntersIsSentTrueWhoLeavesIsSentFalseAndWhoStaysIsNotSent() throws IOException {
        Path file = folder.resolve("vip.csv");
        Files.writeString(file, "user_id\nann\nbob\n");
        try (RunningApp app = RunningApp.start(folder, yaml())) {
            JsonNode first = app.runLink("vip");
            assertThat(first.path("enter").asLong()).isEqualTo(2);
            assertThat(first.path("accepted").asLong()).isEqualTo(2);
            assertThat(segment.members("vip")).containsExactly("ann", "bob");

            Files.writeString(file, "user_id\nbob\ncleo\n");
            JsonNode second = app.runLink("vip");
            assertThat(second.path("same").asLong()).isEqualTo(1);
            assertThat(second.path("enter").asLong()).isEqualTo(1);
            assertThat(second.path("exit").asLong()).isEqualTo(1);
            assertThat(segment.members("vip")).containsExactly("bob", "cleo");

            segment.forgetRequests();
            assertThat(app.runLink("vip").path("same").asLong()).isEqualTo(2);
            assertThat(segment.requests()).isEmpty();
        }
    }

    @Test
    void aChangedIdentityIsHeldEvenWhileThereIsNothingToSend() throws IOException {
        Files.writeString(folder.resolve("vip.csv"), "user_id\nann\nbob\n");
        try (RunningApp app = RunningApp.start(folder, yaml())) {
            app.run("vip");
        }
        segment.forgetRequests();
        String renamed = yaml().replace("to: [ web ]", "to: { target: web, trait: \"other {name}\" }");
        try (RunningApp app = RunningApp.start(folder, renamed)) {
            JsonNode run = app.run("vip");
            assertThat(run.path("state").asText()).isEqualTo("held");
            assertThat(run.path("targets").path(0).path("error").asText()).contains("trait was vip, is other vip");
        }
        assertThat(segment.requests()).isEmpty();
    }
}
