package io.cohortsync.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.apache.camel.processor.idempotent.jdbc.JdbcMessageIdRepository;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Camel's own way to do a thing once for each key: its JDBC repository on PostgreSQL, asked for one key after another as
 * {@code idempotentConsumer} does. It finds no exits, and it is too slow for many keys, so that it gets a smaller cohort.
 */
final class CamelIdempotent implements Contestant, AutoCloseable {

    private static final int BATCH = 10_000;

    private final HikariDataSource database;
    private final Cohort cohort;
    private JdbcMessageIdRepository repository;

    CamelIdempotent(String url, Cohort cohort) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(2);
        this.database = new HikariDataSource(config);
        this.cohort = cohort;
    }

    @Override
    public String name() {
        return "camel-jdbc-idempotent";
    }

    @Override
    public void prepare(Churn churn) throws Exception {
        repository = new JdbcMessageIdRepository(
                database, new TransactionTemplate(new JdbcTransactionManager(database)), "cohort");
        repository.start();
        repository.clear();
        JdbcTemplate jdbc = new JdbcTemplate(database);
        if (churn != Churn.FIRST) {
            List<String> keys = Files.readAllLines(cohort.acknowledged());
            jdbc.batchUpdate(
                    "insert into CAMEL_MESSAGEPROCESSED (processorName, messageId, createdAt) values ('cohort', ?, now())",
                    keys.subList(1, keys.size()),
                    BATCH,
                    (insert, key) -> insert.setString(1, key));
        }
        jdbc.execute("vacuum (analyze) CAMEL_MESSAGEPROCESSED");
    }

    @Override
    public Changes compare(Churn churn) throws IOException {
        Changes changes = new Changes();
        try (BufferedReader lines = Files.newBufferedReader(cohort.path(churn))) {
            lines.readLine();
            for (String key = lines.readLine(); key != null; key = lines.readLine()) {
                if (repository.add(key)) {
                    changes.enter(key);
                }
            }
        }
        return changes;
    }

    @Override
    public void close() {
        database.close();
    }
}
