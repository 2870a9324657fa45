package io.cohortsync.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.cohortsync.run.Syncs;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.Database;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.SegmentServer.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** Two nodes on one database: rule 4. */
class TwoNodesTest {

    private final SegmentServer segment = new SegmentServer();

    @TempDir
    Path folder;

    private RunningApp one;
    private RunningApp two;
    private JdbcTemplate jdbc;

    @BeforeEach
    void configure() throws IOException {
        cohort("ann", "bob");
    }

    private void start(String schedule) {
        start("jdbc:h2:file:" + folder.resolve("shared") + ";WRITE_DELAY=0;AUTO_SERVER=TRUE", schedule);
    }

    private void start(String url, String schedule) {
        String yaml = """
                cohort-sync:
                  sources:
                    exports: { type: file, directory: %s }
                  targets:
                    web: { type: segment, write-key: wk_test, base-url: %s }
                  syncs:
                    vip:
                      from: { source: exports, cohort: vip.csv }
                      schedule: %s
                      guard: { max-exits: off, allow-empty: true }
                      to: [ web ]
                """.formatted(folder, segment.url(), schedule);
        String database = "--spring.datasource.url=" + url;
        one = RunningApp.start(folder.resolve("one"), yaml, database);
        two = RunningApp.start(folder.resolve("two"), yaml, database);
        jdbc = one.bean(JdbcTemplate.class);
    }

    @AfterEach
    void stop() {
        Stream.of(two, one).filter(app -> app != null).forEach(RunningApp::close);
        segment.close();
    }

    private void cohort(String... members) throws IOException {
        Files.writeString(folder.resolve("vip.csv"), "user_id\n" + String.join("\n", members) + "\n");
    }

    /** What the route of a sync does when its timer fires on a node, to the end of the run that may begin. */
    private static void fire(RunningApp node, Instant at) {
        node.bean(CamelContext.class)
                .createFluentProducerTemplate()
                .withVariable("sync", "vip")
                .withVariable("trigger", "schedule")
                .withVariable("fire", Date.from(at))
                .to("direct:run")
                .request();
    }

    private void fireOnBoth(Instant at) {
        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> fire(two, at));
        fire(one, at);
        other.join();
    }

    private List<Map<String, Object>> runs() {
        return jdbc.queryForList("select * from run order by started_at, id");
    }

    private void awaitNothingRuns() {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> jdbc.queryForObject(
                                "select count(*) from sync where lease_until >= current_timestamp or follow_up",
                                Integer.class)
                        == 0);
    }

    private void assertNoRunsOverlap() {
        assertThat(jdbc.queryForList("select a.id, b.id from run a join run b on b.id <> a.id"
                        + " where a.started_at <= b.started_at and a.finished_at > b.started_at"))
                .isEmpty();
    }

    @Test
    void eachFiringThatBothNodesMeetIsRunOnceAndNoTwoRunsOverlap() {
        segment.behave(request -> Answer.OK.after(30));
        start("{ daily: \"03:00\" }");
        assertEachFiringIsRunOnce();
    }

    @Test
    void soItIsOnPostgresql() {
        segment.behave(request -> Answer.OK.after(30));
        start(Database.POSTGRESQL.fresh(), "{ daily: \"03:00\" }");
        assertEachFiringIsRunOnce();
    }

    private void assertEachFiringIsRunOnce() {
        awaitNothingRuns();
        long before = runs().size();
        Instant first = Instant.parse("2030-01-01T03:00:00Z");
        for (int day = 0; day < 25; day++) {
            fireOnBoth(first.plus(Duration.ofDays(day)));
            awaitNothingRuns();
        }
        assertThat(runs()).hasSize((int) before + 25);
        assertNoRunsOverlap();
        Books.assertBalanced(jdbc);
    }

    @Test
    void aFastScheduleOnTwoNodesIsRunOncePerFiring() {
        Instant from = Instant.now();
        start("1s");
        await().atMost(Duration.ofSeconds(60)).until(() -> runs().size() >= 8);
        List<Map<String, Object>> runs = runs();
        one.bean(Syncs.class).pause("vip", true);
        awaitNothingRuns();
        assertThat(runs.size())
                .isLessThanOrEqualTo((int) Duration.between(from, Instant.now()).toSeconds() + 1);
        assertThat(runs())
                .filteredOn(run -> run.get("started_by").equals("follow-up"))
                .hasSizeLessThan(4);
        assertNoRunsOverlap();
        Books.assertBalanced(jdbc);
        assertThat(segment.members("vip")).containsExactly("ann", "bob");
    }

    @Test
    void firingsDuringARunBecomeExactlyOneFollowUp() throws Exception {
        start("{ daily: \"03:00\" }");
        await().until(() -> segment.members("vip").size() == 2);
        awaitNothingRuns();
        int before = runs().size();
        CountDownLatch answer = new CountDownLatch(1);
        CountDownLatch called = new CountDownLatch(1);
        segment.behave(request -> {
            called.countDown();
            held(answer);
            return Answer.OK;
        });
        cohort("ann", "bob", "cleo");
        Instant first = Instant.parse("2030-01-01T03:00:00Z");
        CompletableFuture<Void> running = CompletableFuture.runAsync(() -> fire(one, first));
        assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();
        for (int day = 1; day <= 3; day++) {
            fireOnBoth(first.plus(Duration.ofDays(day)));
        }
        answer.countDown();
        running.join();
        awaitNothingRuns();
        assertThat(runs()).hasSize(before + 2);
        assertThat(runs().get(before + 1).get("started_by")).isEqualTo("follow-up");
        assertThat(segment.members("vip")).containsExactly("ann", "bob", "cleo");
        assertNoRunsOverlap();
        Books.assertBalanced(jdbc);
    }

    @Test
    void aNodeThatLostItsLeaseRecordsNothingAndTheOtherSettlesItsDoubt() throws Exception {
        start("{ daily: \"03:00\" }");
        await().until(() -> segment.members("vip").size() == 2);
        awaitNothingRuns();
        CountDownLatch answer = new CountDownLatch(1);
        CountDownLatch called = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        segment.behave(request -> {
            if (calls.getAndIncrement() == 0) {
                called.countDown();
                held(answer);
            }
            return Answer.OK;
        });
        cohort("ann", "cleo");
        CompletableFuture<Void> first =
                CompletableFuture.runAsync(() -> fire(one, Instant.parse("2030-01-01T03:00:00Z")));
        assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();

        // As if the first node had stood still for longer than its lease; meanwhile bob came back and cleo left.
        jdbc.update("update sync set lease_until = timestamp with time zone '2000-01-01 00:00:00+00'");
        cohort("ann", "bob");
        fire(two, Instant.parse("2030-01-02T03:00:00Z"));
        assertThat(Books.acknowledged(jdbc)).containsExactly("ann", "bob");
        assertThat(segment.members("vip")).containsExactly("ann", "bob");

        answer.countDown();
        first.join();
        awaitNothingRuns();
        assertThat(Books.acknowledged(jdbc)).containsExactly("ann", "bob");
        assertThat(jdbc.queryForObject("select sum(unanswered) from run_link", Integer.class))
                .isEqualTo(2);
        Books.assertBalanced(jdbc);

        // The late call of the first node took effect after the second node's: the vendor's own state may now be old.
        // What is known here is what was acknowledged, and a person who changes is sent again.
        cohort("ann", "bob", "dora");
        fire(two, Instant.parse("2030-01-03T03:00:00Z"));
        assertThat(Books.acknowledged(jdbc)).containsExactly("ann", "bob", "dora");
        Books.assertBalanced(jdbc);
    }

    @Test
    void aBatchWhoseAcknowledgementCameAfterTheTokenWasRaisedStaysInDoubtUntilTheNextRun() throws Exception {
        start("manual");
        CountDownLatch answer = new CountDownLatch(1);
        CountDownLatch called = new CountDownLatch(1);
        segment.behave(request -> {
            called.countDown();
            held(answer);
            return Answer.OK;
        });
        CompletableFuture<Void> running = CompletableFuture.runAsync(() -> one.post("/api/syncs/vip/run?wait=true"));
        assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();
        jdbc.update("update sync set token = token + 1");
        jdbc.update("update link set token = token + 1");
        answer.countDown();
        running.join();
        assertThat(segment.members("vip")).containsExactly("ann", "bob");
        assertThat(Books.acknowledged(jdbc)).isEmpty();
        assertThat(Books.inDoubt(jdbc)).isEqualTo(1);
        assertThat(runs().get(0).get("state")).isEqualTo("incomplete");
        Books.assertBalanced(jdbc);

        segment.behaveWell();
        jdbc.update("update sync set lease_until = timestamp with time zone '2000-01-01 00:00:00+00'");
        assertThat(two.runLink("vip").path("accepted").asLong()).isEqualTo(2);
        assertThat(Books.acknowledged(jdbc)).containsExactly("ann", "bob");
        assertThat(Books.inDoubt(jdbc)).isZero();
        Books.assertBalanced(jdbc);
    }

    @Test
    void aPausedSyncRunsOnNeitherNode() {
        start("{ daily: \"03:00\" }");
        await().until(() -> segment.members("vip").size() == 2);
        awaitNothingRuns();
        int before = runs().size();
        one.bean(Syncs.class).pause("vip", true);
        fireOnBoth(Instant.parse("2030-01-01T03:00:00Z"));
        assertThat(two.call("POST", "/api/syncs/vip/run").statusCode()).isEqualTo(409);
        assertThat(runs()).hasSize(before);

        one.bean(Syncs.class).pause("vip", false);
        fireOnBoth(Instant.parse("2030-01-02T03:00:00Z"));
        awaitNothingRuns();
        assertThat(runs()).hasSize(before + 1);
    }

    private static void held(CountDownLatch until) {
        try {
            if (!until.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("never let go");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
