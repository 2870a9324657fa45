package io.cohortsync.state;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Clock;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.flyway.FlywayConfigurationCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The database that {@code spring.datasource} names: H2 in this process, or PostgreSQL. */
@Configuration(proxyBeanMethods = false)
class StateDatabase {

    private static final Logger LOG = LoggerFactory.getLogger(StateDatabase.class);
    private static final String CLOSE_ON_EXIT = "DB_CLOSE_ON_EXIT";

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    FlywayConfigurationCustomizer schema(HikariDataSource database) {
        warnOfLazyWrites(database.getJdbcUrl());
        stayOpenUntilTheEnd(database);
        return flyway -> DatabaseProduct.of(database).configure(flyway);
    }

    /** H2 closes its file as soon as the process is told to stop, when the answers to calls under way are still to be recorded. */
    private static void stayOpenUntilTheEnd(HikariDataSource database) {
        String url = database.getJdbcUrl().toUpperCase(Locale.ROOT);
        // H2 refuses it where several processes share the file.
        if (isH2OnDisk(url) && !url.contains(CLOSE_ON_EXIT) && !url.contains("AUTO_SERVER=TRUE")) {
            database.addDataSourceProperty(CLOSE_ON_EXIT, "FALSE");
        }
    }

    private static boolean isH2OnDisk(String url) {
        return url.startsWith("JDBC:H2:") && !url.startsWith("JDBC:H2:MEM:");
    }

    /** H2 writes committed rows to disk half a second late by default: a kill -9 would forget acknowledgements. */
    private static void warnOfLazyWrites(String url) {
        String options = url.toUpperCase(Locale.ROOT);
        if (isH2OnDisk(options) && !options.contains("WRITE_DELAY=0")) {
            LOG.warn("spring.datasource.url is an H2 database without ;WRITE_DELAY=0: after a crash it may have"
                    + " forgotten what targets acknowledged in the last half second. Add ;WRITE_DELAY=0 to the URL.");
        }
    }
}
