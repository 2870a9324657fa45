package io.cohortsync.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/**
 * What one would write by hand in the state's own PostgreSQL: the acknowledged keys with a primary key, compared byte by
 * byte; the snapshot copied into a temporary table, which is analyzed; results are read out through a cursor. It takes no
 * care of keys that a snapshot holds twice.
 */
final class PostgresSetBased implements AutoCloseable {

    private static final int FETCH = 10_000;

    private final Connection connection;
    private final Cohort cohort;

    PostgresSetBased(String url, Cohort cohort) throws SQLException, IOException {
        this.cohort = cohort;
        connection = DriverManager.getConnection(url);
        execute("create table acknowledged (member_key varchar(512) collate \"C\" not null)");
        execute("create table nobody (member_key varchar(512) collate \"C\" primary key)");
        copy("acknowledged", cohort.acknowledged());
        execute("alter table acknowledged add primary key (member_key)");
        execute("vacuum (analyze) acknowledged");
        execute("vacuum (analyze) nobody");
        connection.setAutoCommit(false);
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void copy(String table, Path file) throws SQLException, IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 20)) {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("copy " + table + " from stdin (format csv, header true)", in, 1 << 16);
        }
    }

    /** One anti-join each way. */
    Contestant antiJoins() {
        return Contestant.of("postgresql-set-based", churn -> onSnapshot(churn, this::antiJoins));
    }

    /** One join both ways. */
    Contestant fullJoin() {
        return Contestant.of("postgresql-full-join", churn -> onSnapshot(churn, this::fullJoin));
    }

    @FunctionalInterface
    private interface Query {
        Changes from(Statement statement, String acknowledged) throws SQLException;
    }

    private Changes onSnapshot(Churn churn, Query query) throws SQLException, IOException {
        execute("create temp table snapshot (member_key varchar(512) collate \"C\" not null) on commit drop");
        copy("snapshot", cohort.path(churn));
        execute("analyze snapshot");
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(FETCH);
            Changes changes = query.from(statement, churn == Churn.FIRST ? "nobody" : "acknowledged");
            connection.commit();
            return changes;
        }
    }

    private Changes antiJoins(Statement statement, String acknowledged) throws SQLException {
        Changes changes = new Changes();
        try (ResultSet enters = statement.executeQuery("select member_key from snapshot s where not exists"
                + " (select from " + acknowledged + " a where a.member_key = s.member_key)")) {
            while (enters.next()) {
                changes.enter(enters.getString(1));
            }
        }
        try (ResultSet exits = statement.executeQuery("select member_key from " + acknowledged
                + " a where not exists (select from snapshot s where s.member_key = a.member_key)")) {
            while (exits.next()) {
                changes.exit(exits.getString(1));
            }
        }
        return changes;
    }

    private Changes fullJoin(Statement statement, String acknowledged) throws SQLException {
        Changes changes = new Changes();
        try (ResultSet rows =
                statement.executeQuery("select s.member_key, a.member_key from snapshot s full join " + acknowledged
                        + " a on a.member_key = s.member_key where s.member_key is null or a.member_key is null")) {
            while (rows.next()) {
                changes.add(rows.getString(1), rows.getString(2));
            }
        }
        return changes;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
