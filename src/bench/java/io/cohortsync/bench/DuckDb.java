package io.cohortsync.bench;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * DuckDB, within this process: the acknowledged keys are in a table of a database file; results are read out as streams. As
 * many threads as the machine has cores; its memory is not of the Java heap.
 */
final class DuckDb implements AutoCloseable {

    private final Connection connection;
    private final Cohort cohort;

    DuckDb(Path file, Cohort cohort) throws SQLException {
        this.cohort = cohort;
        Properties properties = new Properties();
        properties.setProperty("jdbc_stream_results", "true");
        properties.setProperty("threads", Integer.toString(Runtime.getRuntime().availableProcessors()));
        connection = DriverManager.getConnection("jdbc:duckdb:" + file, properties);
        execute("create table acknowledged as " + rows(cohort.acknowledged()));
        execute("create table nobody (user_id varchar)");
        execute("checkpoint");
    }

    private static String rows(Path file) {
        return "select user_id from read_csv('" + file + "', header = true, columns = {'user_id': 'VARCHAR'})";
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The snapshot is read into a temporary table; one anti-join each way. */
    Contestant antiJoins() {
        return Contestant.of("duckdb", this::antiJoins);
    }

    /** The snapshot's file is joined as it is read, both ways at once: about the least that DuckDB can do. */
    Contestant fullJoin() {
        return Contestant.of("duckdb-full-join", this::fullJoin);
    }

    private static String acknowledged(Churn churn) {
        return churn == Churn.FIRST ? "nobody" : "acknowledged";
    }

    private Changes antiJoins(Churn churn) throws SQLException {
        String table = acknowledged(churn);
        Changes changes = new Changes();
        execute("create or replace temp table snapshot as " + rows(cohort.path(churn)));
        try (Statement statement = connection.createStatement()) {
            try (ResultSet enters = statement.executeQuery(
                    "select s.user_id from snapshot s anti join " + table + " a on a.user_id = s.user_id")) {
                while (enters.next()) {
                    changes.enter(enters.getString(1));
                }
            }
            try (ResultSet exits = statement.executeQuery(
                    "select a.user_id from " + table + " a anti join snapshot s on a.user_id = s.user_id")) {
                while (exits.next()) {
                    changes.exit(exits.getString(1));
                }
            }
        }
        return changes;
    }

    private Changes fullJoin(Churn churn) throws SQLException {
        Changes changes = new Changes();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select s.user_id, a.user_id from (" + rows(cohort.path(churn))
                        + ") s full join " + acknowledged(churn)
                        + " a on a.user_id = s.user_id where s.user_id is null or a.user_id is null")) {
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
