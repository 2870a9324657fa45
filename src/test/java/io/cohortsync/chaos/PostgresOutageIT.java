package io.cohortsync.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.PackedApp;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.SegmentServer.Answer;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.util.FileSystemUtils;

/** PostgreSQL stops in mid-delivery and is back later: nobody has to lend a hand, and nobody is lost. */
class PostgresOutageIT {

    /** The run under way lives through it; with {@code -Pchaos} it is a minute, and the run is over. */
    private static final Duration OUTAGE = Duration.ofSeconds(Integer.getInteger("rounds") == null ? 8 : 60);

    private static final int BATCH = 100;
    private static final int IN_FLIGHT = 4;

    private final TreeSet<String> cohort = IntStream.range(0, 10_000)
            .mapToObj(i -> String.format("member-%06d", i))
            .collect(Collectors.toCollection(TreeSet::new));
    private final Path folder = Path.of("chaos", "outage").toAbsolutePath();

    @Test
    void whatAnOutageCutsOffIsMadeUpForWhenTheDatabaseIsBack() throws Exception {
        FileSystemUtils.deleteRecursively(folder);
        Files.createDirectories(folder);
        PostgresServer database = PostgresServer.start(folder);
        try (SegmentServer segment = new SegmentServer()) {
            segment.behave(request -> Answer.OK.after(100));
            configure(segment);
            try (PackedApp app = PackedApp.start(
                            folder,
                            "--spring.datasource.url=" + database.url(),
                            "--management.endpoint.health.show-details=always")
                    .awaitUp(folder)) {
                await().atMost(Duration.ofMinutes(1))
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> segment.requests().size() >= 30);
                assertThat(health(app)).isEqualTo(200);
                database.stop();
                long gone = System.nanoTime();
                await().atMost(Duration.ofSeconds(15)).until(() -> health(app) == 503);
                assertThat(app.call("GET", "/actuator/health").body())
                        .contains("\"stateDatabase\":{\"status\":\"DOWN\"");
                HttpResponse<String> refused = app.call("GET", "/api/syncs");
                assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
                assertThat(refused.body()).contains("state database does not answer");
                await().atMost(OUTAGE.plusSeconds(10)).until(() -> System.nanoTime() - gone > OUTAGE.toNanos());
                database.startAgain();

                await().atMost(Duration.ofMinutes(2))
                        .until(() -> health(app) == 200
                                && app.json("GET", "/api/runs?sync=vip")
                                        .path(0)
                                        .path("state")
                                        .asText()
                                        .equals("succeeded"));
                for (JsonNode run : app.json("GET", "/api/runs?sync=vip")) {
                    RunningApp.assertAddsUp(run);
                }
            }
            JdbcTemplate state = new JdbcTemplate(new DriverManagerDataSource(database.url()));
            Books.assertBalanced(state);
            assertThat(Books.inDoubt(state)).isZero();
            assertThat(Books.acknowledged(state)).isEqualTo(cohort);
            assertThat(segment.members("vip")).isEqualTo(cohort);
            assertThat(sentAgain(segment)).isLessThanOrEqualTo(IN_FLIGHT * BATCH);
            assertSaidInAFewLines(Files.readAllLines(folder.resolve("log")));
            System.out.printf("PostgreSQL away for %d s: %d sent again%n", OUTAGE.toSeconds(), sentAgain(segment));
        } finally {
            database.stop();
        }
    }

    private void configure(SegmentServer segment) throws Exception {
        Files.createDirectories(folder.resolve("cohorts"));
        Files.writeString(folder.resolve("cohorts/vip.csv"), "user_id\n" + String.join("\n", cohort) + "\n");
        Files.writeString(folder.resolve("application.yaml"), """
                cohort-sync:
                  sources:
                    exports: { type: file, directory: ./cohorts }
                  targets:
                    web: { type: segment, write-key: wk_test, base-url: %s, batch-size: %d, in-flight: %d }
                  syncs:
                    vip: { from: { source: exports, cohort: vip.csv }, schedule: daily, to: [ web ] }
                """.formatted(segment.url(), BATCH, IN_FLIGHT));
    }

    private static int health(PackedApp app) throws Exception {
        return app.call("GET", "/actuator/health").statusCode();
    }

    private static int sentAgain(SegmentServer segment) {
        Map<String, Integer> times = new HashMap<>();
        segment.requests().forEach(request -> request.userIds().forEach(user -> times.merge(user, 1, Integer::sum)));
        return times.values().stream().mapToInt(count -> count - 1).sum();
    }

    private static void assertSaidInAFewLines(List<String> log) {
        assertThat(log)
                .filteredOn(line -> line.contains("The state database does not answer ("))
                .hasSize(1);
        assertThat(log)
                .filteredOn(line -> line.contains("The state database answers again"))
                .hasSize(1);
        assertThat(log).noneMatch(line -> line.startsWith("\tat ") || line.contains("Exception"));
        assertThat(log)
                .filteredOn(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                .hasSizeLessThan(12);
    }
}
