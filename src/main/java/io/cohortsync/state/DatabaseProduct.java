package io.cohortsync.state;

import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.jdbc.support.MetaDataAccessException;

/** The databases that state can live in, and how their schemas differ. */
public enum DatabaseProduct {
    H2("h2", Map.of("bytes", "blob", "turned_down", "")),
    POSTGRESQL("postgresql", Map.of("bytes", "bytea", "turned_down", "where next_try is not null"));

    private final String folder;
    private final Map<String, String> placeholders;

    DatabaseProduct(String folder, Map<String, String> placeholders) {
        this.folder = folder;
        this.placeholders = placeholders;
    }

    /** The product behind a data source, as its driver names it. */
    public static DatabaseProduct of(DataSource database) {
        try {
            String name = JdbcUtils.extractDatabaseMetaData(database, meta -> meta.getDatabaseProductName());
            return name.equals("PostgreSQL") ? POSTGRESQL : H2;
        } catch (MetaDataAccessException e) {
            throw new IllegalStateException("the state database does not say what it is", e);
        }
    }

    /** Points migrations at what all products share and at this product's own. */
    public FluentConfiguration configure(FluentConfiguration flyway) {
        return flyway.locations("classpath:db/migration", "classpath:db/" + folder)
                .placeholders(placeholders);
    }
}
