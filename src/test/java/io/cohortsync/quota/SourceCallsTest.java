package io.cohortsync.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.cohortsync.config.Secret;
import io.cohortsync.config.SecuritySettings;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SourceSettings;
import io.cohortsync.config.SourceSettings.AmplitudeSource;
import io.cohortsync.config.SourceSettings.Api;
import io.cohortsync.config.SourceSettings.FileSource;
import io.cohortsync.config.SourceSettings.MixpanelSource;
import io.cohortsync.config.TargetSettings;
import io.cohortsync.source.QuotaSpentException;
import io.cohortsync.state.DatabaseProduct;
import io.cohortsync.testing.Database;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.unit.DataSize;

/** Several nodes on one database: what one of them asked for counts for all. */
class SourceCallsTest {

    private static final String AMP = "amp";
    private static final String MIX = "mix";
    private static final Duration NONE = Duration.ZERO;

    static {
        // Dozens of pools, each of which would say what becomes of it.
        LoggingSystem.get(SourceCallsTest.class.getClassLoader()).setLogLevel("com.zaxxer", LogLevel.WARN);
        LoggingSystem.get(SourceCallsTest.class.getClassLoader()).setLogLevel("org.flywaydb", LogLevel.WARN);
    }

    private final List<HikariDataSource> open = new ArrayList<>();
    private final SetClock clock = new SetClock(Instant.parse("2026-11-16T00:00:00Z"));
    private Optional<Runnable> drop = Optional.empty();
    private String url = "";

    private static final class SetClock extends Clock {

        private volatile Instant now;

        SetClock(Instant now) {
            this.now = now;
        }

        @Override
        public Instant instant() {
            return now;
        }

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }

    private void fresh(Database product) {
        url = product.fresh();
        drop = Optional.of(() -> product.drop(url));
        HikariDataSource database = connect();
        DatabaseProduct.of(database)
                .configure(Flyway.configure().dataSource(database))
                .load()
                .migrate();
    }

    private HikariDataSource connect() {
        HikariDataSource database = new HikariDataSource();
        database.setJdbcUrl(url);
        database.setMaximumPoolSize(4);
        open.add(database);
        return database;
    }

    private SourceCalls node(Clock time) {
        HikariDataSource database = connect();
        Map<String, SourceSettings> sources = Map.of(
                AMP,
                new AmplitudeSource(AMP, true, Optional.empty(), 10, Duration.ofSeconds(10), Optional.empty()),
                MIX,
                new MixpanelSource(MIX, true, Optional.empty(), Optional.empty(), Optional.empty()),
                "files",
                new FileSource("files", true, Path.of("cohorts")),
                "keyed",
                new AmplitudeSource(
                        "keyed",
                        true,
                        Optional.of(new Api("http://amplitude", new Secret("k-2"), new Secret("s-2"))),
                        2,
                        Duration.ofSeconds(10),
                        Optional.empty()));
        Map<String, TargetSettings> targets = new TreeMap<>();
        Map.of("one", "k-1", "two", "k-1", "three", "k-2").forEach((name, key) -> targets.put(name, target(name, key)));
        Settings settings = new Settings(
                ZoneOffset.UTC,
                sources,
                targets,
                Map.of(),
                false,
                false,
                new SecuritySettings(true),
                DataSize.ofMegabytes(64));
        return new SourceCalls(
                settings,
                new CallBook(
                        JdbcClient.create(database), new TransactionTemplate(new JdbcTransactionManager(database))),
                time);
    }

    private static TargetSettings target(String name, String key) {
        return new TargetSettings(
                name,
                "amplitude-cohorts",
                true,
                new TreeMap<>(Map.of("base-url", "http://amplitude")),
                Map.of("api-key", new Secret(key), "secret-key", new Secret("s")),
                1_000,
                1,
                false,
                OptionalInt.empty());
    }

    @ParameterizedTest
    @EnumSource
    void whatIsReadInTheNameOfATargetCountsWithAllThatHasTheSameKey(Database product) {
        fresh(product);
        SourceCalls calls = node(clock);
        calls.takeDownload(Settings.behind("one"), true);
        calls.takeDownload(Settings.behind("two"), true);
        Left.LeftDownloads shared =
                calls.left(Settings.behind("one")).orElseThrow().downloads().orElseThrow();
        assertThat(shared.used()).isEqualTo(2);
        assertThat(shared.allowed()).isEqualTo(500);

        calls.takeDownload("keyed", true);
        calls.takeDownload(Settings.behind("three"), true);
        assertThat(calls.left("keyed").orElseThrow().downloads().orElseThrow().leftByHand())
                .isZero();
        assertThatThrownBy(() -> calls.takeDownload(Settings.behind("three"), true))
                .isInstanceOf(QuotaSpentException.class)
                .hasMessageContaining("2 of this month's 2 downloads are used");
        assertThat(calls.left("target nobody")).isEmpty();
    }

    @AfterEach
    void close() {
        open.forEach(HikariDataSource::close);
        drop.ifPresent(Runnable::run);
    }

    @ParameterizedTest
    @EnumSource
    void theWindowSlidesOverAllNodes(Database product) throws Exception {
        fresh(product);
        SourceCalls one = node(clock);
        SourceCalls other = node(clock);
        for (int i = 0; i < 30; i++) {
            one.take(AMP, NONE);
            other.take(AMP, NONE);
            clock.pass(Duration.ofSeconds(1));
        }
        assertThat(one.left(AMP).orElseThrow().callsLeft()).isZero();
        assertThatThrownBy(() -> other.take(AMP, NONE))
                .isInstanceOf(QuotaSpentException.class)
                .hasMessage(
                        "waiting for quota until 2026-11-16T00:10:00Z: 60 calls within 10 minutes are made, which is"
                                + " all that is allowed");
        // Another source has a window of its own.
        one.take(MIX, NONE);
        one.take("files", NONE);
        assertThat(one.left("files")).isEmpty();

        clock.pass(Duration.ofSeconds(570));
        one.take(AMP, NONE);
        other.take(AMP, NONE);
        assertThatThrownBy(() -> node(clock).take(AMP, Duration.ofMillis(999)))
                .hasMessageContaining("until 2026-11-16T00:10:01Z");
        clock.pass(Duration.ofHours(2));
        one.take(AMP, NONE);
        assertThat(rows()).isEqualTo(2);
    }

    private long rows() {
        return JdbcClient.create(open.get(0))
                .sql("select count(*) from source_call")
                .query(Long.class)
                .single();
    }

    @ParameterizedTest
    @EnumSource
    void whoIsPatientWaitsForTheWindow(Database product) throws Exception {
        fresh(product);
        SourceCalls calls = node(clock);
        for (int i = 0; i < 60; i++) {
            calls.take(MIX, NONE);
        }
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> {
            try {
                calls.take(MIX, Duration.ofHours(1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        TimeUnit.MILLISECONDS.sleep(300);
        assertThat(waiting).isNotDone();
        clock.pass(Duration.ofHours(1));
        assertThat(waiting).succeedsWithin(Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @EnumSource
    void nodesThatAskAtOnceGetNoMoreThanThereIs(Database product) {
        fresh(product);
        List<SourceCalls> nodes = List.of(node(Clock.systemUTC()), node(Clock.systemUTC()));
        AtomicInteger taken = new AtomicInteger();
        CompletableFuture.allOf(nodes.stream()
                        .flatMap(node -> List.of(node, node).stream())
                        .map(node -> CompletableFuture.runAsync(() -> {
                            for (int i = 0; i < 20; i++) {
                                try {
                                    node.take(AMP, NONE);
                                    taken.incrementAndGet();
                                } catch (QuotaSpentException spent) {
                                    // The others have it.
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            }
                        }))
                        .toArray(CompletableFuture[]::new))
                .join();
        assertThat(taken).hasValue(60);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsReservedCountsForAllNodesUntilItIsGivenBack(Database product) throws Exception {
        fresh(product);
        SourceCalls one = node(clock);
        SourceCalls other = node(clock);
        one.take(MIX, NONE);
        clock.pass(Duration.ofMinutes(1));
        Reserved reserved = one.reserve(MIX, 40);
        assertThat(other.left(MIX).orElseThrow().callsLeft()).isEqualTo(19);
        other.reserve(MIX, 19);
        assertThatThrownBy(() -> other.reserve(MIX, 1))
                .isInstanceOf(QuotaSpentException.class)
                .hasMessage(
                        "waiting for quota until 2026-11-16T01:00:00Z: 1 call is needed, and with them there would be"
                                + " more than the 60 within 60 minutes that are allowed");
        assertThatThrownBy(() -> other.reserve(MIX, 2)).hasMessageContaining("until 2026-11-16T01:01:00Z: 2 calls are");

        // A call counts from when it is made.
        clock.pass(Duration.ofMinutes(5));
        one.take(reserved);
        one.giveBack(reserved);
        assertThat(other.left(MIX).orElseThrow().callsLeft()).isEqualTo(39);
        clock.pass(Duration.ofMinutes(55));
        assertThat(other.left(MIX).orElseThrow().callsLeft()).isEqualTo(59);
        clock.pass(Duration.ofMinutes(6));
        assertThat(other.left(MIX).orElseThrow().callsLeft()).isEqualTo(60);

        // Beyond what was reserved, each counts for itself.
        Reserved few = one.reserve(MIX, 1);
        one.take(few);
        one.take(few);
        assertThat(other.left(MIX).orElseThrow().callsLeft()).isEqualTo(58);
        one.giveBack(one.reserve("files", 1_000));
    }

    @ParameterizedTest
    @EnumSource
    void downloadsOfTheMonthAreRememberedAndAReserveIsForRunsByHand(Database product) {
        fresh(product);
        // 9 of 10 are for schedules, of which half the month allows 4, and one more to begin with.
        for (int i = 0; i < 5; i++) {
            node(clock).takeDownload(AMP, false);
        }
        SourceCalls calls = node(clock);
        assertThatThrownBy(() -> calls.takeDownload(AMP, false))
                .isInstanceOf(QuotaSpentException.class)
                .hasMessage("waiting for quota until 2026-11-17T16:00:00Z: 5 of this month's 10 downloads are used;"
                        + " schedules may have used 5 by now, and runs by hand may use all");
        for (int i = 0; i < 4; i++) {
            calls.takeDownload(AMP, true);
        }
        long last = calls.takeDownload(AMP, true);
        assertThatThrownBy(() -> calls.takeDownload(AMP, true)).hasMessageContaining("until 2026-12-01T00:00:00Z");
        assertThat(calls.left(AMP).orElseThrow().downloads())
                .contains(new Left.LeftDownloads(10, 10, 0, 0, Optional.of(Instant.parse("2026-12-01T00:00:00Z"))));
        calls.giveBack(last);
        calls.takeDownload(AMP, true);

        clock.pass(Duration.ofDays(15));
        assertThat(calls.left(AMP).orElseThrow().downloads())
                .contains(new Left.LeftDownloads(0, 10, 1, 10, Optional.empty()));
        calls.takeDownload(AMP, false);
        assertThat(rows()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = "H2")
    void onlySoManyCallsAreUnderWay(Database product) throws Exception {
        fresh(product);
        SourceCalls calls = node(clock);
        for (int i = 0; i < 4; i++) {
            calls.enter(AMP);
        }
        CompletableFuture<Void> fifth = CompletableFuture.runAsync(() -> {
            try {
                calls.enter(AMP);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        TimeUnit.MILLISECONDS.sleep(100);
        assertThat(fifth).isNotDone();
        calls.leave(AMP);
        assertThat(fifth).succeedsWithin(Duration.ofSeconds(5));
    }
}
