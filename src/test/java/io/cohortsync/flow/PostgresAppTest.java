package io.cohortsync.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.Database;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** The whole app with its state in PostgreSQL. */
class PostgresAppTest {

    private static final String YAML = """
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
            """;

    private final SegmentServer segment = new SegmentServer();
    private final String database = Database.POSTGRESQL.fresh();

    @TempDir
    Path folder;

    @AfterEach
    void drop() {
        segment.close();
        Database.POSTGRESQL.drop(database);
    }

    private RunningApp start() {
        return RunningApp.start(folder, YAML.formatted(segment.url()), "--spring.datasource.url=" + database);
    }

    private void cohort(String... members) throws IOException {
        Files.writeString(folder.resolve("vip.csv"), "user_id\n" + String.join("\n", members) + "\n");
    }

    @Test
    void membersEnterAndLeaveAndAreKnownAfterARestart() throws IOException {
        cohort("ann", "bob", "cleo");
        try (RunningApp app = start()) {
            assertThat(app.runLink("vip").path("accepted").asLong()).isEqualTo(3);
        }
        assertThat(segment.members("vip")).containsExactly("ann", "bob", "cleo");

        cohort("ann", "dora");
        try (RunningApp app = start()) {
            JsonNode link = app.runLink("vip");
            assertThat(link.path("same").asLong()).isEqualTo(1);
            assertThat(link.path("accepted").asLong()).isEqualTo(3);
            assertThat(segment.members("vip")).containsExactly("ann", "dora");
            JdbcTemplate jdbc = app.bean(JdbcTemplate.class);
            assertThat(Books.acknowledged(jdbc)).containsExactly("ann", "dora");
            Books.assertBalanced(jdbc);

            assertThat(app.runLink("vip").path("same").asLong()).isEqualTo(2);
            assertThat(app.get("/api/syncs").toString()).contains("vip");
            assertThat(app.get("/api/dead-letters").size()).isZero();
        }
    }
}
