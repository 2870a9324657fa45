package io.cohortsync.membership;

import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.membership.MembershipStore.TurnedDownVisitor;
import io.cohortsync.state.StoredTime;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.postgresql.PGStatement;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** PostgreSQL: one statement for a whole batch, its members given as arrays. Large results are read in steps. */
final class PostgresMembershipTable implements MembershipTable {

    private static final int FETCH = 50_000;

    /** About so many members are read at once where fingerprints are all that is wanted. */
    private static final long BLOCK = 100_000;

    private static final int MOST_BLOCKS = 10_000;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final String KEYS = " unnest(?::bigint[], ?::varchar[]) v (fingerprint, member_key)";
    private static final String THE_ROW =
            " where m.link_id = ? and m.fingerprint = v.fingerprint and m.member_key = v.member_key";
    private static final String RANGE = " from membership where link_id = ? and fingerprint between ? and ?";

    private final JdbcTemplate jdbc;
    private final JdbcTemplate inSteps;
    private final TransactionTemplate reading;

    PostgresMembershipTable(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
        this.inSteps = new JdbcTemplate(jdbc.getDataSource());
        this.inSteps.setFetchSize(FETCH);
        this.reading = new TransactionTemplate(new JdbcTransactionManager(jdbc.getDataSource()));
        this.reading.setReadOnly(true);
    }

    @Override
    public void inserted(long link, List<Member> members) {
        // The partial index knows by itself who is turned down.
    }

    @Override
    public void update(long link, List<Member> members, Instant since) {
        Mark.group(members)
                .forEach((mark, some) -> jdbc.update(
                        "update membership m set state = ?, since = ?, run_id = ?, tries = ?, next_try = ?::timestamptz from"
                                + KEYS + THE_ROW,
                        mark.standing().code(),
                        StoredTime.of(since),
                        mark.run(),
                        mark.tries(),
                        mark.nextTryOrNull(),
                        Mark.prints(some),
                        Mark.keys(some),
                        link));
    }

    @Override
    public void keep(long link, List<Member> members) {
        if (!members.isEmpty()) {
            jdbc.update(
                    "update membership m set tries = 0, next_try = null from" + KEYS + THE_ROW,
                    Mark.prints(members),
                    Mark.keys(members),
                    link);
        }
    }

    @Override
    public void delete(long link, List<Member> members) {
        if (!members.isEmpty()) {
            jdbc.update(
                    "delete from membership m using" + KEYS + THE_ROW, Mark.prints(members), Mark.keys(members), link);
        }
    }

    @Override
    public List<Member> find(long link, Collection<Long> fingerprints, Optional<Instant> acknowledgedBefore) {
        List<Object> parameters = new ArrayList<>();
        parameters.add(link);
        parameters.add(fingerprints.toArray(Long[]::new));
        acknowledgedBefore.map(StoredTime::of).ifPresent(parameters::add);
        return jdbc.query(
                MembershipStore.MEMBER + " and fingerprint = any(?)"
                        + (acknowledgedBefore.isPresent() ? MembershipStore.ACKNOWLEDGED_BEFORE : "")
                        + " order by fingerprint",
                (rs, i) -> MembershipStore.member(rs),
                parameters.toArray());
    }

    @Override
    public void redrive(long link, Instant now) {
        jdbc.update(
                "update membership set next_try = ? where link_id = ? and next_try > ? and (fingerprint, member_key) in"
                        + " (select d.fingerprint, d.member_key from dead_letter d"
                        + " where d.link_id = ? and d.next_try <= ?)",
                StoredTime.of(now),
                link,
                StoredTime.of(now),
                link,
                StoredTime.of(now));
    }

    /** In blocks, each one value: far less than a row for each. Two at once, so that the server reads while this side waits. */
    @Override
    public void acknowledged(long link, long from, long to, LongConsumer fingerprint) {
        long members = jdbc.queryForList("select acknowledged from link where id = ?", Long.class, link).stream()
                .findFirst()
                .orElse(0L);
        int blocks = (int) Math.min(MOST_BLOCKS, members / BLOCK + 1);
        long step = Long.divideUnsigned(to - from, blocks);
        IntStream all = IntStream.range(0, blocks);
        // Another thread's connection does not see what the caller's transaction wrote.
        (TransactionSynchronizationManager.isActualTransactionActive() ? all : all.parallel()).forEach(block -> {
            long first = from + block * step;
            long last = block == blocks - 1 ? to : first + step - 1;
            byte[] prints = block(link, first, last);
            synchronized (fingerprint) {
                for (int at = 0; at < prints.length; at += Long.BYTES) {
                    fingerprint.accept((long) LONG.get(prints, at));
                }
            }
        });
    }

    private byte[] block(long link, long from, long to) {
        List<byte[]> found = jdbc.query(
                connection -> prepare(
                        connection,
                        "select coalesce(string_agg(int8send(fingerprint), ''::bytea), ''::bytea)" + RANGE
                                + " and state = 1 and next_try is null",
                        link,
                        from,
                        to),
                (rs, i) -> rs.getBytes(1));
        return found.get(0);
    }

    @Override
    public void acknowledgedAfter(long run, long link, long from, long to, LongConsumer fingerprint) {
        stream(
                "select fingerprint" + RANGE + " and state = 1 and next_try is null and run_id > " + run,
                rs -> fingerprint.accept(rs.getLong(1)),
                link,
                from,
                to);
    }

    @Override
    public void turnedDown(long link, long from, long to, TurnedDownVisitor visitor) {
        stream(
                "select fingerprint, state, next_try" + RANGE
                        + " and (state <> 1 or next_try is not null) order by fingerprint",
                rs -> {
                    Optional<Instant> nextTry = StoredTime.read(rs, 3);
                    visitor.visit(
                            rs.getLong(1),
                            Standing.of(rs.getInt(2)),
                            nextTry.map(Instant::toEpochMilli).orElse(0L));
                },
                link,
                from,
                to);
    }

    /** Outside a transaction the driver would fetch all rows at once. */
    private void stream(String sql, RowCallbackHandler row, long link, long from, long to) {
        reading.executeWithoutResult(tx -> inSteps.query(connection -> prepare(connection, sql, link, from, to), row));
    }

    private static PreparedStatement prepare(Connection connection, String sql, long link, long from, long to)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        // From the first execution on, numbers and bytes come in binary.
        statement.unwrap(PGStatement.class).setPrepareThreshold(-1);
        statement.setLong(1, link);
        statement.setLong(2, from);
        statement.setLong(3, to);
        return statement;
    }

    @Override
    public String turnedDownTable() {
        return "membership";
    }
}
