package io.cohortsync.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.MemberKeyField;
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
import io.cohortsync.diff.Diff;
import io.cohortsync.diff.Diffs;
import io.cohortsync.diff.LinkPlan;
import io.cohortsync.diff.PlannedChange;
import io.cohortsync.guard.Guard;
import io.cohortsync.link.Link;
import io.cohortsync.link.Links;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.membership.Standing;
import io.cohortsync.run.LinkEnds;
import io.cohortsync.run.Run;
import io.cohortsync.run.RunEnds;
import io.cohortsync.run.Runs;
import io.cohortsync.run.Syncs;
import io.cohortsync.snapshot.Comparison;
import io.cohortsync.snapshot.Comparisons;
import io.cohortsync.source.FileSnapshots;
import io.cohortsync.source.SnapshotReader;
import io.cohortsync.state.DatabaseProduct;
import io.cohortsync.state.Installation;
import io.cohortsync.target.Targets;
import io.cohortsync.testing.Configured;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
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

/** The product's own beans on one state database, without routes, and two syncs: one for the state and one that never ran. */
final class State implements AutoCloseable {

    /** As Segment takes them. */
    static final int BATCH = 2_500;

    /** The product's default. */
    static final DataSize DIFF_MEMORY = DataSize.ofMegabytes(256);

    private static final String ACKNOWLEDGED = "acknowledged";
    private static final String NEVER_RUN = "never-run";
    private static final int ROWS_A_TRANSACTION = 10_000;

    private final HikariDataSource database;
    private final DatabaseProduct product;
    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
    private final FileSnapshots files = new FileSnapshots();

    State(String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(4);
        database = new HikariDataSource(config);
        product = DatabaseProduct.of(database);
        product.configure(Flyway.configure().dataSource(database)).load().migrate();
        context.scan(
                "io.cohortsync.diff",
                "io.cohortsync.membership",
                "io.cohortsync.mirror",
                "io.cohortsync.delivery",
                "io.cohortsync.link",
                "io.cohortsync.run",
                "io.cohortsync.guard",
                "io.cohortsync.snapshot",
                "io.cohortsync.target");
        give(DataSource.class, () -> database);
        give(JdbcTemplate.class, () -> new JdbcTemplate(database));
        give(JdbcClient.class, () -> JdbcClient.create(database));
        give(TransactionOperations.class, () -> new TransactionTemplate(new JdbcTransactionManager(database)));
        give(Fingerprint.class, () -> Fingerprint.seeded(42));
        give(Clock.class, Clock::systemUTC);
        give(ObjectMapper.class, ObjectMapper::new);
        give(CamelContext.class, DefaultCamelContext::new);
        give(SecretMask.class, () -> new SecretMask(List.of()));
        give(Installation.class, () -> new Installation("bench", 42));
        give(Settings.class, State::settings);
        context.refresh();
        context.getBean(Syncs.class).register();
        context.getBean(Targets.class).register();
    }

    private <T> void give(Class<T> type, Supplier<T> value) {
        context.registerBean(type, value);
    }

    HikariDataSource database() {
        return database;
    }

    DatabaseProduct product() {
        return product;
    }

    /** The link that a snapshot of this churn is compared with, as it is stored now. */
    Link link(Churn churn) {
        SyncSettings sync =
                context.getBean(Settings.class).syncs().get(churn == Churn.FIRST ? NEVER_RUN : ACKNOWLEDGED);
        return context.getBean(Links.class).stored(sync, sync.links().get(0));
    }

    /** A diff that knows nothing of any link yet. */
    Diff diff(long memoryBytes, Path directory) {
        return Diffs.of(
                context.getBean(MembershipStore.class), context.getBean(Fingerprint.class), memoryBytes, directory);
    }

    /** One pass over one file, and every change read out with its key. */
    Changes pass(Diff diff, Link link, Cohort cohort, Churn churn) {
        return pass(diff, link, open(cohort, churn));
    }

    /** One pass over a snapshot, which is closed, and every change read out with its key. */
    Changes pass(Diff diff, Link link, SnapshotReader snapshot) {
        Changes changes = new Changes();
        Diff.Pass pass = diff.begin(Map.of(link, List.of()), Map.of(link, 0), Map.of(), Instant.now());
        try {
            for (LinkPlan plan : read(pass, snapshot)) {
                plan.enters().forEachRemaining(change -> changes.enter(change.key()));
                plan.exits().forEachRemaining(change -> changes.exit(change.key()));
            }
        } finally {
            pass.close();
        }
        return changes;
    }

    private SnapshotReader open(Cohort cohort, Churn churn) {
        return files.open(cohort.directory(), cohort.file(churn), List.of(new MemberKeyField.Named(Cohort.COLUMN)));
    }

    private static List<LinkPlan> read(Diff.Pass pass, SnapshotReader opened) {
        try (SnapshotReader snapshot = opened) {
            snapshot.forEachRemaining(pass::accept);
            if (!snapshot.complete()) {
                throw new IllegalStateException("the snapshot is not complete");
            }
            return pass.complete();
        }
    }

    /** A complete sync against a target that takes whatever it is sent, at once; from the lease to the run's end. */
    void sync(Cohort cohort, Churn snapshot) {
        Runs runs = context.getBean(Runs.class);
        Comparisons comparisons = context.getBean(Comparisons.class);
        Deliveries deliveries = context.getBean(Deliveries.class);
        Run run = runs.begin(ACKNOWLEDGED, "manual", null).run().orElseThrow();
        Comparison comparison = comparisons.ofRun(run);
        try {
            List<LinkPlan> plans = read(comparison.pass(), open(cohort, snapshot));
            runs.passWall(run, plans);
            LinkDelivery delivery =
                    deliveries.open(run, context.getBean(Guard.class).check(run.sync(), plans.get(0)));
            Iterator<Batch> lane = delivery.lanes().get(0);
            while (lane.hasNext()) {
                Batch batch = lane.next();
                deliveries.doubt(batch);
                batch.changes();
                deliveries.accepted(batch, List.of());
            }
            deliveries.end(delivery);
            context.getBean(LinkEnds.class).finish(run, delivery.link(), delivery.undone());
        } finally {
            comparisons.release(comparison);
            context.getBean(RunEnds.class).finish(run);
        }
        if (link(Churn.NONE).acknowledged() != cohort.members()) {
            throw new IllegalStateException("the sync did not acknowledge all members");
        }
    }

    /** Stores a cohort as acknowledged without sending it: in the order in which a first sync would have. */
    void store(Cohort cohort, Path directory) {
        MembershipStore store = context.getBean(MembershipStore.class);
        TransactionOperations transactions = context.getBean(TransactionOperations.class);
        Link link = link(Churn.NONE);
        Diff.Pass pass = diff(DIFF_MEMORY.toBytes(), directory)
                .begin(Map.of(link, List.of()), Map.of(link, 0), Map.of(), Instant.now());
        Iterator<PlannedChange> enters =
                read(pass, open(cohort, Churn.NONE)).get(0).enters();
        while (enters.hasNext()) {
            List<Member> some = new ArrayList<>(ROWS_A_TRANSACTION);
            while (enters.hasNext() && some.size() < ROWS_A_TRANSACTION) {
                PlannedChange change = enters.next();
                some.add(new Member(change.fingerprint(), change.key(), Standing.ACKNOWLEDGED, 1, 0, Optional.empty()));
            }
            transactions.executeWithoutResult(tx -> store.insert(link.id(), some, Instant.now()));
        }
        pass.close();
        context.getBean(JdbcTemplate.class)
                .update(
                        "update link set acknowledged = ?, version = version + 1 where id = ?",
                        cohort.members(),
                        link.id());
    }

    /** What a server does by itself some time after many rows were written, and would else do while something is timed. */
    void settle() {
        if (product == DatabaseProduct.POSTGRESQL) {
            JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
            jdbc.execute("vacuum (analyze) membership");
            jdbc.execute("vacuum (analyze) delivery");
            jdbc.execute("checkpoint");
        }
    }

    private static Settings settings() {
        SourceSettings source = new SourceSettings.FileSource("exports", true, Path.of("cohorts"));
        TargetSettings target = new TargetSettings(
                "target", "segment", true, Collections.emptySortedMap(), Map.of(), BATCH, 1, true, OptionalInt.empty());
        return new Settings(
                ZoneOffset.UTC,
                Map.of(source.name(), source),
                Map.of(target.name(), target),
                Map.of(ACKNOWLEDGED, sync(ACKNOWLEDGED, source, target), NEVER_RUN, sync(NEVER_RUN, source, target)),
                false,
                false,
                new SecuritySettings(true),
                DIFF_MEMORY);
    }

    private static SyncSettings sync(String name, SourceSettings source, TargetSettings target) {
        LinkSettings link = Configured.link(name, target, Cohort.COLUMN, Normalize.TRIM);
        return Configured.sync(name, source, "vip.csv", List.of(link));
    }

    @Override
    public void close() {
        context.close();
        database.close();
    }
}
