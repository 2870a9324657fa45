package io.cohortsync.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Who is acknowledged is loaded once and then followed. A row that is taken away by stealth, which nobody may do, shows
 * where a run looked.
 */
class KnownFromMemoryTest {

    private final SegmentServer segment = new SegmentServer();
    private RunningApp app;

    @TempDir
    Path folder;

    @BeforeEach
    void start() throws IOException {
        people("ann", "bob", "cleo");
        app = RunningApp.start(folder, """
                cohort-sync:
                  sources:
                    exports: { type: file, directory: $DIR }
                  targets:
                    web: { type: segment, write-key: wk_test, base-url: %s }
                  syncs:
                    vip:
                      from: { source: exports, cohort: vip.csv }
                      schedule: manual
                      guard: { max-exits: off }
                      to: [ web ]
                """.formatted(segment.url()));
    }

    @AfterEach
    void stop() {
        app.close();
        segment.close();
    }

    private void people(String... keys) throws IOException {
        Files.writeString(folder.resolve("vip.csv"), "user_id\n" + String.join("\n", keys) + "\n");
    }

    private void takeAwayByStealth(String key) {
        assertThat(app.bean(JdbcClient.class)
                        .sql("delete from membership where member_key = ?")
                        .param(key)
                        .update())
                .isEqualTo(1);
    }

    @Test
    void aRunTakesWhatTheLastOneLeftWhoeverCameAndWent() throws IOException {
        app.run("vip");
        people("bob", "cleo", "dora");
        JsonNode second = app.runLink("vip");
        assertThat(second.path("accepted").asInt()).isEqualTo(2);
        takeAwayByStealth("dora");

        JsonNode third = app.runLink("vip");

        assertThat(third.path("same").asInt()).isEqualTo(3);
        assertThat(third.path("enter").asInt()).isZero();
    }

    @Test
    void aPlanTooIsMadeFromMemoryAndLeavesItAsItWas() {
        app.run("vip");
        takeAwayByStealth("bob");

        assertThat(app.post("/api/syncs/vip/plan")
                        .path("targets")
                        .path(0)
                        .path("enter")
                        .asInt())
                .isZero();
        assertThat(app.runLink("vip").path("same").asInt()).isEqualTo(3);
    }

    @Test
    void aVersionThatSomebodyElseRaisedIsNotTaken() {
        app.run("vip");
        takeAwayByStealth("bob");
        app.bean(JdbcClient.class).sql("update link set version = version + 1").update();

        assertThat(app.runLink("vip").path("enter").asInt()).isEqualTo(1);
        assertThat(app.runLink("vip").path("same").asInt()).isEqualTo(3);
    }
}
