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

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    FlywayConfigurationCustomizer schema(HikariDataSource database) {
        warnOfLazyWrites(database.getJdbcUrl());
        return flyway -> DatabaseProduct.of(database).configure(flyway);
    }

    /** H2 writes committed rows to disk half a second late by default: a kill -9 would forget acknowledgements. */
    private static void warnOfLazyWrites(String url) {
        String options = url.toUpperCase(Locale.ROOT);
        boolean onDisk = options.startsWith("JDBC:H2:") && !options.startsWith("JDBC:H2:MEM:");
        if (onDisk && !options.contains("WRITE_DELAY=0")) {
            LOG.warn("spring.datasource.url is an H2 database without ;WRITE_DELAY=0: after a crash it may have"
                    + " forgotten what targets acknowledged in the last half second. Add ;WRITE_DELAY=0 to the URL.");
        }
    }
}
