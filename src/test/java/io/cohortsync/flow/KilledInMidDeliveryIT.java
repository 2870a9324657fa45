package io.cohortsync.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.PackedApp;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.SegmentServer.Answer;
import io.cohortsync.testing.SegmentServer.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The packed jar is killed with kill -9 in mid-delivery, again and again, and started on what it left. */
class KilledInMidDeliveryIT {

    private static final int MEMBERS = 20_000;
    private static final int BATCH = 100;
    private static final int IN_FLIGHT = 4;
    // After each one a lease of 20 s has to run out.
    private static final int KILLS = 3;

    private final Random random = new Random();
    private final SegmentServer segment = new SegmentServer();

    @TempDir
    Path folder;

    @BeforeEach
    void configure() throws IOException {
        segment.behave(request -> Answer.OK.after(random.nextInt(60)));
        Files.writeString(folder.resolve("application.yaml"), """
                cohort-sync:
                  sources:
                    exports: { type: file, directory: ./cohorts }
                  targets:
                    web: { type: segment, write-key: wk_test, base-url: %s, batch-size: %d, in-flight: %d }
                  syncs:
                    vip:
                      from: { source: exports, cohort: vip.csv }
                      schedule: daily
                      guard: { max-exits: off }
                      to: [ web ]
                """.formatted(segment.url(), BATCH, IN_FLIGHT));
        Files.createDirectories(folder.resolve("cohorts"));
    }

    @AfterEach
    void stop() {
        segment.close();
    }

    private void cohort(TreeSet<String> members) throws IOException {
        Path next = folder.resolve("next");
        Files.writeString(next, "user_id\n" + String.join("\n", members) + "\n");
        Files.move(next, folder.resolve("cohorts/vip.csv"), StandardCopyOption.ATOMIC_MOVE);
    }

    private static TreeSet<String> members(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> String.format("member-%06d", i))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Starts, waits for the overdue run to be so far on, kills. */
    private void startAndKill(int calls) throws IOException, InterruptedException {
        int before = segment.requests().size();
        try (PackedApp app = PackedApp.start(folder).awaitUp(folder)) {
            await().atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> segment.requests().size() >= before + calls);
            app.kill();
        }
    }

    /** Starts and lets the overdue run come to its end. */
    private void startAndFinish() throws IOException {
        try (PackedApp app = PackedApp.start(folder).awaitUp(folder)) {
            await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
                JsonNode last = runs(app).get(0);
                assertThat(last.path("state").asText()).isEqualTo("succeeded");
                assertThat(last.path("trigger").asText()).isEqualTo("start");
            });
            runs(app).forEach(RunningApp::assertAddsUp);
        }
        Books.assertBalanced(database());
    }

    private static List<JsonNode> runs(PackedApp app) {
        List<JsonNode> runs = new ArrayList<>();
        JsonNode answer = app.json("GET", "/api/runs?sync=vip");
        (answer.isArray() ? answer : answer.elements().next()).forEach(runs::add);
        return runs;
    }

    private JdbcTemplate database() {
        return new JdbcTemplate(
                new DriverManagerDataSource("jdbc:h2:file:" + folder.resolve("data/cohort-sync") + ";WRITE_DELAY=0"));
    }

    private int sentAgain() {
        Map<String, Integer> times = new HashMap<>();
        for (Request request : segment.requests()) {
            request.body()
                    .path("batch")
                    .forEach(event -> times.merge(
                            event.path("userId").asText() + event.path("traits").path("vip"), 1, Integer::sum));
        }
        return times.values().stream().mapToInt(count -> count - 1).sum();
    }

    @Test
    void afterEveryKillTheTargetEndsWithExactlyTheCohortAndOnlyBatchesInFlightAreSentAgain() throws Exception {
        TreeSet<String> cohort = members(0, MEMBERS);
        cohort(cohort);
        for (int kill = 0; kill < KILLS; kill++) {
            startAndKill(1 + random.nextInt(40));
        }
        startAndFinish();
        assertThat(segment.members("vip")).isEqualTo(cohort);
        assertThat(Books.acknowledged(database())).isEqualTo(cohort);
        assertThat(Books.inDoubt(database())).isZero();
        System.out.printf("%d kills, %d of %d members sent again%n", KILLS, sentAgain(), MEMBERS);
        assertThat(sentAgain()).isLessThanOrEqualTo(KILLS * IN_FLIGHT * BATCH);
    }

    @Test
    void whoLeftOrCameBetweenTheKillsIsOutOrInAtTheEnd() throws Exception {
        for (int kill = 0; kill < KILLS; kill++) {
            // Each time the cohort's window moves on by a tenth: leavers in front, joiners behind.
            cohort(members(kill * 500, 5_000 + kill * 500));
            startAndKill(1 + random.nextInt(12));
        }
        TreeSet<String> last = members(300, 5_300);
        cohort(last);
        startAndFinish();
        assertThat(segment.members("vip")).isEqualTo(last);
        assertThat(Books.acknowledged(database())).isEqualTo(last);
        assertThat(Books.inDoubt(database())).isZero();
    }
}
