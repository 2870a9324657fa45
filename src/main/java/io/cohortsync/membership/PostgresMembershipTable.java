package io.cohortsync.membership;

import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.membership.MembershipStore.TurnedDownVisitor;
import io.cohortsync.state.StoredTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** PostgreSQL: one statement for a whole batch, its columns given as arrays; all fingerprints come out by COPY. */
final class PostgresMembershipTable implements MembershipTable {

    private static final int FETCH = 10_000;
    private static final String VALUES = " unnest(?::bigint[], ?::varchar[], ?::int[], ?::bigint[], ?::int[],"
            + " ?::timestamptz[]) v (fingerprint, member_key, state, run_id, tries, next_try)";
    private static final String KEYS = " unnest(?::bigint[], ?::varchar[]) v (fingerprint, member_key)";
    private static final String THE_ROW =
            " where m.link_id = ? and m.fingerprint = v.fingerprint and m.member_key = v.member_key";
    private static final String RANGE = " from membership where link_id = %d and fingerprint between %d and %d";

    private final JdbcTemplate jdbc;
    private final TransactionTemplate reading;

    PostgresMembershipTable(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
        this.reading = new TransactionTemplate(new JdbcTransactionManager(jdbc.getDataSource()));
        this.reading.setReadOnly(true);
    }

    @Override
    public void insert(long link, List<Member> members, Instant since) {
        if (!members.isEmpty()) {
            jdbc.update(
                    "insert into membership (link_id, since, fingerprint, member_key, state, run_id, tries, next_try)"
                            + " select ?, ?, v.* from" + VALUES,
                    link,
                    StoredTime.of(since),
                    prints(members),
                    keys(members),
                    standings(members),
                    runs(members),
                    tries(members),
                    nextTries(members));
        }
    }

    @Override
    public void update(long link, List<Member> members, Instant since) {
        if (!members.isEmpty()) {
            jdbc.update(
                    "update membership m set since = ?, state = v.state, run_id = v.run_id, tries = v.tries,"
                            + " next_try = v.next_try from" + VALUES + THE_ROW,
                    StoredTime.of(since),
                    prints(members),
                    keys(members),
                    standings(members),
                    runs(members),
                    tries(members),
                    nextTries(members),
                    link);
        }
    }

    @Override
    public void keep(long link, List<Member> members) {
        if (!members.isEmpty()) {
            jdbc.update(
                    "update membership m set tries = 0, next_try = null from" + KEYS + THE_ROW,
                    prints(members),
                    keys(members),
                    link);
        }
    }

    @Override
    public void delete(long link, List<Member> members) {
        if (!members.isEmpty()) {
            jdbc.update("delete from membership m using" + KEYS + THE_ROW, prints(members), keys(members), link);
        }
    }

    @Override
    public void redrive(long link, Optional<String> reason, Instant now) {
        jdbc.update(MembershipStore.redrive("membership"), MembershipStore.redriveParameters(link, reason, now));
    }

    /** A cursor would decode each row twice; the driver gives one row of the binary format at a time. */
    @Override
    public void acknowledged(long link, long from, long to, LongConsumer fingerprint) {
        String copy = "copy (select fingerprint" + RANGE.formatted(link, from, to)
                + " and state = 1 and next_try is null) to stdout (format binary)";
        jdbc.execute((ConnectionCallback<Void>) connection -> {
            CopyOut rows = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(copy);
            try {
                CopiedLongs.read(rows, fingerprint);
            } finally {
                if (rows.isActive()) {
                    rows.cancelCopy();
                }
            }
            return null;
        });
    }

    @Override
    public void turnedDown(long link, long from, long to, TurnedDownVisitor visitor) {
        RowCallbackHandler row = rs -> {
            Optional<Instant> nextTry = StoredTime.read(rs, 3);
            visitor.visit(
                    rs.getLong(1),
                    Standing.of(rs.getInt(2)),
                    nextTry.map(Instant::toEpochMilli).orElse(0L),
                    nextTry.isPresent());
        };
        JdbcTemplate inSteps = new JdbcTemplate(jdbc.getDataSource());
        inSteps.setFetchSize(FETCH);
        // Outside a transaction the driver would fetch all rows at once.
        reading.executeWithoutResult(tx -> inSteps.query(
                "select fingerprint, state, next_try" + RANGE.formatted(link, from, to)
                        + " and (state <> 1 or next_try is not null) order by fingerprint",
                row));
    }

    @Override
    public String turnedDownTable() {
        return "membership";
    }

    private static long[] prints(List<Member> members) {
        return members.stream().mapToLong(Member::fingerprint).toArray();
    }

    private static String[] keys(List<Member> members) {
        return members.stream().map(Member::key).toArray(String[]::new);
    }

    private static int[] standings(List<Member> members) {
        return members.stream().mapToInt(m -> m.standing().code()).toArray();
    }

    private static long[] runs(List<Member> members) {
        return members.stream().mapToLong(Member::run).toArray();
    }

    private static int[] tries(List<Member> members) {
        return members.stream().mapToInt(Member::tries).toArray();
    }

    private static String[] nextTries(List<Member> members) {
        return members.stream()
                .map(m -> m.nextTry().map(Instant::toString).orElse(null))
                .toArray(String[]::new);
    }
}
