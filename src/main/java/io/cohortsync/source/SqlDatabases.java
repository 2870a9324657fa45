package io.cohortsync.source;

import com.zaxxer.hikari.HikariDataSource;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SourceSettings.SqlSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/** The databases of {@code sql} sources: {@code jdbc:source-<name>} in the routes. Read only, and streaming. */
@Component
class SqlDatabases implements CamelContextConfiguration, DisposableBean {

    /** Runs of several syncs may read one database side by side. */
    private static final int CONNECTIONS = 4;

    /** A database that does not answer fails a run after so long. */
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final Settings settings;
    private final List<HikariDataSource> databases = new ArrayList<>();

    SqlDatabases(Settings settings) {
        this.settings = settings;
    }

    @Override
    public void beforeApplicationStart(CamelContext camel) {
        settings.sources().values().stream()
                .filter(SqlSource.class::isInstance)
                .map(SqlSource.class::cast)
                .forEach(source -> camel.getRegistry().bind("source-" + source.name(), connect(source)));
    }

    private HikariDataSource connect(SqlSource source) {
        HikariDataSource database = new HikariDataSource();
        database.setPoolName("source-" + source.name());
        database.setJdbcUrl(source.url());
        database.setUsername(source.username());
        database.setPassword(source.password().value());
        database.setMaximumPoolSize(CONNECTIONS);
        database.setMinimumIdle(0);
        database.setConnectionTimeout(CONNECT.toMillis());
        database.setReadOnly(true);
        // With auto-commit PostgreSQL's driver would fetch the whole result at once.
        database.setAutoCommit(false);
        // A source that is down fails its runs, not the start.
        database.setInitializationFailTimeout(-1);
        databases.add(database);
        return database;
    }

    @Override
    public void afterApplicationStart(CamelContext camel) {}

    @Override
    public void destroy() {
        databases.forEach(HikariDataSource::close);
    }
}
