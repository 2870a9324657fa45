package io.cohortsync.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/** The databases that state can live in, for tests: a fresh and empty one each time it is asked for. */
public enum Database {
    /** In memory. */
    H2 {
        @Override
        public String fresh() {
            return "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
        }

        @Override
        public void drop(String url) {
            execute(url, "shutdown");
        }
    },
    /** On one server for all tests of this JVM, which starts when the first test asks. */
    POSTGRESQL {
        @Override
        public String fresh() {
            String name = "t" + UUID.randomUUID().toString().replace("-", "");
            execute(Server.ONE.getJdbcUrl("postgres", "postgres"), "create database " + name);
            return Server.ONE.getJdbcUrl("postgres", name);
        }

        @Override
        public void drop(String url) {
            String name = url.replaceFirst(".*/", "").replaceFirst("\\?.*", "");
            execute(Server.ONE.getJdbcUrl("postgres", "postgres"), "drop database " + name + " with (force)");
        }
    };

    /** Makes a database; its JDBC URL needs no user name beside it. */
    public abstract String fresh();

    /** Forgets a database that {@link #fresh} made. */
    public abstract void drop(String url);

    private static void execute(String url, String sql) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static final class Server {
        // Ends with the JVM.
        private static final EmbeddedPostgres ONE = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "200")
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
