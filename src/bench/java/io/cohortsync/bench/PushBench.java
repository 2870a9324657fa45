package io.cohortsync.bench;

import io.cohortsync.testing.PackedApp;
import io.cohortsync.testing.PushLoad;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * How long a vendor waits for its answer while every target is down: so many events in arrays of 1,000, and a tenth of them
 * one by one at 500 a second, over 8 connections. Then the process is killed with kill -9, and who was answered 2xx is
 * looked for. Beside it, how many rows one connection can insert and commit in a second, one by one, on the same database.
 */
final class PushBench {

    private static final int CONNECTIONS = 8;
    private static final int IN_AN_ARRAY = 1_000;
    private static final int SINGLES_A_SECOND = 500;
    private static final Duration BASELINE = Duration.ofSeconds(3);

    private PushBench() {}

    static void run(int members) throws Exception {
        try (Folder folder = new Folder();
                Postgres postgres = new Postgres(folder.data("postgresql"))) {
            measure("h2", "jdbc:h2:file:" + folder.data("h2") + "/state;WRITE_DELAY=0", folder.data("h2"), members);
            measure("postgresql", postgres.database("pushed"), folder.data("app"), members);
        }
    }

    private static void measure(String name, String url, Path folder, int members) throws Exception {
        Files.createDirectories(folder);
        System.out.printf(
                Locale.ROOT,
                "%s: one connection inserts and commits %,d rows a second, one by one%n",
                name,
                single(url));
        Files.writeString(folder.resolve("application.yaml"), """
                cohort-sync:
                  sources:
                    engage: { type: segment, shared-secret: abc123 }
                  targets:
                    web: { type: segment, write-key: wk_test, base-url: "http://127.0.0.1:1" }
                  syncs:
                    vip: { from: { source: engage, cohort: vip_users }, schedule: on-change, to: [ web ] }
                """);
        PushLoad arrays;
        PushLoad singles;
        try (PackedApp app = PackedApp.start(folder, "--spring.datasource.url=" + url)) {
            app.awaitUp(folder);
            PushLoad warm = new PushLoad(app.uri("/hooks/engage"), "abc123", "warm_up", CONNECTIONS);
            for (int i = 0; i < 100 && warm.taken().size() < 20_000; i++) {
                warm.send("w" + i + "-", 2_000, 10, 0);
            }
            arrays = new PushLoad(app.uri("/hooks/engage"), "abc123", "vip_users", CONNECTIONS);
            say(name + " arrays", arrays, () -> arrays.send("a-", members, IN_AN_ARRAY, 0));
            singles = new PushLoad(app.uri("/hooks/engage"), "abc123", "vip_users", CONNECTIONS);
            say(name + " singles", singles, () -> singles.send("s-", members / 10, 1, SINGLES_A_SECOND));
            app.kill();
        }
        JdbcTemplate state = new JdbcTemplate(new DriverManagerDataSource(url));
        Set<String> inside = new HashSet<>(state.queryForList("select member from mirror where inside", String.class));
        long lost = arrays.taken().stream()
                        .filter(person -> !inside.contains(person))
                        .count()
                + singles.taken().stream()
                        .filter(person -> !inside.contains(person))
                        .count();
        System.out.printf(Locale.ROOT, "%s: killed; answered 2xx and lost: %d%n", name, lost);
    }

    private static void say(String what, PushLoad load, Runnable sending) {
        long begin = System.nanoTime();
        sending.run();
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "%s: %,d events in %.1f s (%,.0f/s), p50 %d ms, p99 %d ms, longest %d ms; not 2xx: %d, without answer: %d%n",
                what,
                load.taken().size(),
                seconds,
                load.taken().size() / seconds,
                load.percentile(50).toMillis(),
                load.percentile(99).toMillis(),
                load.percentile(100).toMillis(),
                load.otherwise().size(),
                load.broken());
    }

    private static long single(String url) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url)) {
            connection.createStatement().execute("create table bench_baseline (n bigint primary key)");
            long rows = 0;
            long end = System.nanoTime() + BASELINE.toNanos();
            try (PreparedStatement insert = connection.prepareStatement("insert into bench_baseline values (?)")) {
                while (System.nanoTime() < end) {
                    insert.setLong(1, rows++);
                    insert.executeUpdate();
                }
            }
            connection.createStatement().execute("drop table bench_baseline");
            return rows / BASELINE.toSeconds();
        }
    }
}
