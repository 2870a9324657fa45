package io.cohortsync.bench;

import io.cohortsync.state.DatabaseProduct;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLongArray;
import org.h2.api.Trigger;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * The rows that a complete sync inserts, updates or deletes in {@code membership} and in {@code delivery}, as the database
 * itself counts them: PostgreSQL by its statistics, H2 by triggers.
 */
record RowsWritten(long membership, long delivery) {

    private static final List<String> TABLES = List.of("membership", "delivery");

    long total() {
        return membership + delivery;
    }

    /** Counts what the work writes. */
    static RowsWritten by(State state, Runnable work) throws SQLException, InterruptedException {
        return state.product() == DatabaseProduct.POSTGRESQL ? onPostgres(state, work) : onH2(state, work);
    }

    private static RowsWritten onPostgres(State state, Runnable work) throws SQLException, InterruptedException {
        String url = state.database().getJdbcUrl();
        try (Connection own = DriverManager.getConnection(url)) {
            JdbcTemplate jdbc = new JdbcTemplate(new SingleConnectionDataSource(own, true));
            flush(state, jdbc);
            RowsWritten before = counted(jdbc);
            work.run();
            flush(state, jdbc);
            RowsWritten after = counted(jdbc);
            return new RowsWritten(after.membership - before.membership, after.delivery - before.delivery);
        }
    }

    /** A connection tells its numbers at the latest when it ends. */
    private static void flush(State state, JdbcTemplate jdbc) throws InterruptedException {
        String others = "select count(*) from pg_stat_activity where datname = current_database()"
                + " and backend_type = 'client backend' and pid <> pg_backend_pid() and backend_start <= ?::timestamptz";
        String now = jdbc.queryForObject("select now()::text", String.class);
        while (jdbc.queryForObject(others, Long.class, now) > 0) {
            // Again and again: one that was just being made when the pool was told is not among those told.
            state.database().getHikariPoolMXBean().softEvictConnections();
            Thread.sleep(20);
        }
    }

    private static RowsWritten counted(JdbcTemplate jdbc) {
        List<Long> counts = TABLES.stream()
                .map(table -> jdbc.queryForObject(
                        "select n_tup_ins + n_tup_upd + n_tup_del from pg_stat_user_tables where relname = ?",
                        Long.class,
                        table))
                .toList();
        return new RowsWritten(counts.get(0), counts.get(1));
    }

    private static RowsWritten onH2(State state, Runnable work) {
        JdbcTemplate jdbc = new JdbcTemplate(state.database());
        for (int i = 0; i < TABLES.size(); i++) {
            Counter.COUNTS.set(i, 0);
            jdbc.execute("create trigger count_" + TABLES.get(i) + " after insert, update, delete on " + TABLES.get(i)
                    + " for each row call '" + Counter.class.getName() + "'");
        }
        work.run();
        TABLES.forEach(table -> jdbc.execute("drop trigger count_" + table));
        return new RowsWritten(Counter.COUNTS.get(0), Counter.COUNTS.get(1));
    }

    /** Called by H2 for every row. */
    public static final class Counter implements Trigger {
        private static final AtomicLongArray COUNTS = new AtomicLongArray(TABLES.size());

        private int table;

        @Override
        public void init(Connection connection, String schema, String trigger, String name, boolean before, int type) {
            table = TABLES.indexOf(name.toLowerCase(Locale.ROOT));
        }

        @Override
        public void fire(Connection connection, Object[] before, Object[] after) {
            COUNTS.incrementAndGet(table);
        }
    }
}
