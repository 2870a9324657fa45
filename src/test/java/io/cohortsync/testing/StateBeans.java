package io.cohortsync.testing;

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
import io.cohortsync.member.Fingerprint;
import io.cohortsync.run.Syncs;
import io.cohortsync.state.DatabaseProduct;
import io.cohortsync.state.Installation;
import io.cohortsync.target.Targets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.flywaydb.core.Flyway;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.unit.DataSize;

/** The real store, diff and delivery on a fresh, real database, without routes: a test decides every step itself. */
public final class StateBeans implements AutoCloseable {

    public static final String SYNC = "vip";

    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
    private final Database product;
    private final HikariDataSource database;

    static {
        // Thousands of runs, each of which would say what became of it.
        LoggingSystem.get(StateBeans.class.getClassLoader()).setLogLevel("io.cohortsync", LogLevel.OFF);
        LoggingSystem.get(StateBeans.class.getClassLoader()).setLogLevel("com.zaxxer", LogLevel.WARN);
        LoggingSystem.get(StateBeans.class.getClassLoader()).setLogLevel("org.flywaydb", LogLevel.WARN);
    }

    public StateBeans(Fingerprint fingerprint, Clock clock, int batchSize, boolean mixed, int targets) {
        this(Database.H2, fingerprint, clock, batchSize, mixed, targets);
    }

    public StateBeans(
            Database product, Fingerprint fingerprint, Clock clock, int batchSize, boolean mixed, int targets) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(product.fresh());
        config.setMaximumPoolSize(4);
        this.product = product;
        this.database = new HikariDataSource(config);
        DatabaseProduct.of(database)
                .configure(Flyway.configure().dataSource(database))
                .load()
                .migrate();
        context.scan(
                "io.cohortsync.diff",
                "io.cohortsync.membership",
                "io.cohortsync.mirror",
                "io.cohortsync.delivery",
                "io.cohortsync.readback",
                "io.cohortsync.link",
                "io.cohortsync.run",
                "io.cohortsync.guard",
                "io.cohortsync.held",
                "io.cohortsync.orphan",
                "io.cohortsync.rebaseline",
                "io.cohortsync.snapshot",
                "io.cohortsync.target");
        BreakableDatabase breakable = new BreakableDatabase(database);
        give(BreakableDatabase.class, () -> breakable);
        give(JdbcTemplate.class, () -> new JdbcTemplate(breakable));
        give(JdbcClient.class, () -> JdbcClient.create(breakable));
        give(TransactionOperations.class, () -> new TransactionTemplate(new JdbcTransactionManager(breakable)));
        give(Fingerprint.class, () -> fingerprint);
        give(Clock.class, () -> clock);
        give(ObjectMapper.class, ObjectMapper::new);
        give(CamelContext.class, DefaultCamelContext::new);
        give(SecretMask.class, () -> new SecretMask(List.of()));
        give(Installation.class, () -> new Installation(UUID.randomUUID().toString(), 1));
        give(Settings.class, () -> settings(batchSize, mixed, targets));
        context.refresh();
        bean(Syncs.class).register();
        bean(Targets.class).register();
    }

    private <T> void give(Class<T> type, Supplier<T> value) {
        context.registerBean(type, value);
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public SyncSettings sync() {
        return bean(Settings.class).syncs().get(SYNC);
    }

    private static Settings settings(int batchSize, boolean mixed, int targets) {
        SourceSettings source = new SourceSettings.FileSource("exports", true, Path.of("cohorts"));
        Map<String, TargetSettings> all = new TreeMap<>();
        for (int i = 1; i <= targets; i++) {
            String name = "target-" + i;
            all.put(
                    name,
                    new TargetSettings(
                            name,
                            "segment",
                            true,
                            new TreeMap<>(),
                            Map.of(),
                            batchSize,
                            2,
                            mixed,
                            OptionalInt.empty()));
        }
        List<LinkSettings> links = all.values().stream()
                .map(target -> Configured.link(SYNC, target, "user_id", Normalize.TRIM))
                .toList();
        SyncSettings sync = Configured.sync(SYNC, source, "vip.csv", links);
        return new Settings(
                ZoneOffset.UTC,
                Map.of(source.name(), source),
                all,
                Map.of(SYNC, sync),
                false,
                false,
                new SecuritySettings(true),
                DataSize.ofMegabytes(64));
    }

    @Override
    public void close() {
        context.close();
        database.close();
        product.drop(database.getJdbcUrl());
    }
}
