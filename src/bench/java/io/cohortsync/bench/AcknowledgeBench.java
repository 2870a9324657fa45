package io.cohortsync.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.Normalize;
import io.cohortsync.config.SecretMask;
import io.cohortsync.config.SecuritySettings;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SourceSettings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.config.TargetSettings;
import io.cohortsync.delivery.Batch;
import io.cohortsync.delivery.Deliveries;
import io.cohortsync.delivery.LinkDelivery;
import io.cohortsync.diff.PlannedChange;
import io.cohortsync.link.Link;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.membership.Standing;
import io.cohortsync.run.LinkEnds;
import io.cohortsync.run.Run;
import io.cohortsync.run.RunEnds;
import io.cohortsync.run.Runs;
import io.cohortsync.run.Syncs;
import io.cohortsync.state.DatabaseProduct;
import io.cohortsync.state.Installation;
import io.cohortsync.target.Targets;
import io.cohortsync.testing.Configured;
import io.cohortsync.testing.FixedPlan;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.flywaydb.core.Flyway;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.unit.DataSize;

/**
 * How fast answers are recorded, in batches of 2,000: a first sync of so many members, then all of them leaving, each batch with its doubt
 * written before; and how fast the fingerprints are read back. Arguments: how many members (1000000), then JDBC URLs;
 * without one, an H2 file database and a PostgreSQL server are made. The first link of each is a warm-up.
 */
public final class AcknowledgeBench {

    private static final int BATCH = 2_000;
    private static final int WARM_UP = 200_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private AcknowledgeBench() {}

    public static void main(String[] arguments) throws IOException {
        int members = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        if (arguments.length > 1) {
            for (String url : List.of(arguments).subList(1, arguments.length)) {
                measure(url, members);
            }
            return;
        }
        Path folder = Files.createTempDirectory("acknowledge-bench");
        measure("jdbc:h2:file:" + folder.resolve("state") + ";WRITE_DELAY=0", members);
        // As durable as a server is by default; the embedded one is not.
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .start()) {
            measure(server.getJdbcUrl("postgres", "postgres"), members);
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }

    private static void measure(String url, int members) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        try (HikariDataSource database = new HikariDataSource(config);
                AnnotationConfigApplicationContext context = beans(database)) {
            DatabaseProduct product = DatabaseProduct.of(database);
            sync(context, product, "warm-up", WARM_UP);
            sync(context, product, "measured", members);
        }
    }

    private static void sync(
            AnnotationConfigApplicationContext context, DatabaseProduct product, String sync, int size) {
        Fingerprint fingerprint = context.getBean(Fingerprint.class);
        List<PlannedChange> enters = IntStream.range(0, size)
                .mapToObj(i -> String.format(Locale.ROOT, "person-%09d@example.com", i))
                .map(key -> new PlannedChange(key, fingerprint.of(key), true, Standing.NONE, "enter-0"))
                .sorted(Comparator.comparingLong(PlannedChange::fingerprint))
                .toList();
        report(product, sync, "entered", size, deliver(context, sync, enters, List.of()));
        long link = context.getBean(JdbcClient.class)
                .sql("select id from link where sync = ?")
                .param(sync)
                .query(Long.class)
                .single();
        MembershipStore store = context.getBean(MembershipStore.class);
        long[] read = new long[1];
        Stopwatch reading = Stopwatch.start();
        store.acknowledged(link, Long.MIN_VALUE, Long.MAX_VALUE, print -> read[0]++);
        report(product, sync, "read", read[0], reading.stop());
        List<PlannedChange> exits = enters.stream()
                .limit(size / 4)
                .map(c -> new PlannedChange(c.key(), c.fingerprint(), false, Standing.ACKNOWLEDGED, "exit-1"))
                .toList();
        report(product, sync, "left", exits.size(), deliver(context, sync, List.of(), exits));
    }

    private static void report(DatabaseProduct product, String sync, String what, long rows, Stopwatch took) {
        System.out.printf(
                Locale.ROOT,
                "%-10s %-8s %-8s %,10d rows in %6.2f s = %,9.0f rows/s; this thread computed %5.2f s of it%n",
                product,
                sync,
                what,
                rows,
                took.wall() / 1e9,
                rows / (took.wall() / 1e9),
                took.cpu() / 1e9);
    }

    /** How long something took, and how much of it was this thread's own work: other processes do not show in that. */
    private record Stopwatch(long wall, long cpu) {

        static Stopwatch start() {
            return new Stopwatch(System.nanoTime(), THREADS.getCurrentThreadCpuTime());
        }

        Stopwatch stop() {
            return new Stopwatch(System.nanoTime() - wall, THREADS.getCurrentThreadCpuTime() - cpu);
        }
    }

    private static Stopwatch deliver(
            AnnotationConfigApplicationContext context,
            String sync,
            List<PlannedChange> enters,
            List<PlannedChange> exits) {
        Runs runs = context.getBean(Runs.class);
        Deliveries deliveries = context.getBean(Deliveries.class);
        Run run = runs.begin(sync, "manual", null).run().orElseThrow();
        Link link = run.links().get(0);
        FixedPlan plan = new FixedPlan(link, enters, exits);
        runs.passWall(run, List.of(plan));
        LinkDelivery delivery = deliveries.open(run, plan.cleared());
        Stopwatch delivering = Stopwatch.start();
        Iterator<Batch> lane = delivery.lanes().get(0);
        while (lane.hasNext()) {
            Batch batch = lane.next();
            deliveries.doubt(batch);
            deliveries.accepted(batch, List.of());
        }
        Stopwatch took = delivering.stop();
        deliveries.end(delivery);
        context.getBean(LinkEnds.class).finish(run, link, delivery.undone());
        context.getBean(RunEnds.class).finish(run);
        return took;
    }

    private static AnnotationConfigApplicationContext beans(HikariDataSource database) {
        DatabaseProduct.of(database)
                .configure(Flyway.configure().dataSource(database))
                .load()
                .migrate();
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.scan(
                "io.cohortsync.diff",
                "io.cohortsync.membership",
                "io.cohortsync.delivery",
                "io.cohortsync.link",
                "io.cohortsync.run",
                "io.cohortsync.guard",
                "io.cohortsync.held",
                "io.cohortsync.snapshot",
                "io.cohortsync.target");
        give(context, DataSource.class, () -> database);
        give(context, JdbcTemplate.class, () -> new JdbcTemplate(database));
        give(context, JdbcClient.class, () -> JdbcClient.create(database));
        give(context, TransactionOperations.class, () -> new TransactionTemplate(new JdbcTransactionManager(database)));
        give(context, Fingerprint.class, () -> Fingerprint.seeded(42));
        give(context, Clock.class, Clock::systemUTC);
        give(context, ObjectMapper.class, ObjectMapper::new);
        give(context, CamelContext.class, DefaultCamelContext::new);
        give(context, SecretMask.class, () -> new SecretMask(List.of()));
        give(context, Installation.class, () -> new Installation("bench", 42));
        give(context, Settings.class, AcknowledgeBench::settings);
        context.refresh();
        context.getBean(Syncs.class).register();
        context.getBean(Targets.class).register();
        return context;
    }

    private static <T> void give(AnnotationConfigApplicationContext context, Class<T> type, Supplier<T> value) {
        context.registerBean(type, value);
    }

    private static Settings settings() {
        SourceSettings source = new SourceSettings.FileSource("exports", true, Path.of("cohorts"));
        TargetSettings target = new TargetSettings(
                "target", "segment", true, Collections.emptySortedMap(), Map.of(), BATCH, 1, true, OptionalInt.empty());
        return new Settings(
                ZoneOffset.UTC,
                Map.of(source.name(), source),
                Map.of(target.name(), target),
                Map.of("warm-up", sync("warm-up", source, target), "measured", sync("measured", source, target)),
                false,
                false,
                new SecuritySettings(true),
                DataSize.ofMegabytes(256));
    }

    private static SyncSettings sync(String name, SourceSettings source, TargetSettings target) {
        LinkSettings link = Configured.link(name, target, "user_id", Normalize.TRIM);
        return Configured.sync(name, source, "vip.csv", List.of(link));
    }
}
