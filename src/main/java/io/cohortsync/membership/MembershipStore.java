package io.cohortsync.membership;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.ParameterizedPreparedStatementSetter;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.stereotype.Component;

/** The membership table. Callers that write hold a transaction in which the link's token was checked. */
@Component
public class MembershipStore {

    private static final int FETCH = 10_000;
    private static final int KEYS_A_QUERY = 500;
    private static final String THE_ROW = " where link_id = ? and fingerprint = ? and member_key = ?";

    private final JdbcTemplate jdbc;

    MembershipStore(DataSource database) {
        this.jdbc = new JdbcTemplate(database);
        this.jdbc.setFetchSize(FETCH);
    }

    /** One stored member, in full. */
    public record Member(
            long fingerprint, String key, Standing standing, long run, int tries, Optional<Instant> nextTry) {}

    /** Takes one member that is not simply acknowledged, without its key. */
    @FunctionalInterface
    public interface TurnedDownVisitor {
        /**
         * @param nextTryMillis since the epoch; 0: there is no next try
         * @param tried whether a change of it was turned down and is tried again
         */
        void visit(long fingerprint, Standing standing, long nextTryMillis, boolean tried);
    }

    /** The fingerprints, in no order, of the members in a range, both ends included, that are simply acknowledged. */
    public void acknowledged(long link, long from, long to, LongConsumer fingerprint) {
        RowCallbackHandler row = rs -> fingerprint.accept(rs.getLong(1));
        jdbc.query(
                "select fingerprint from membership where link_id = ? and fingerprint between ? and ?"
                        + " and state = ? and next_try is null",
                row,
                link,
                from,
                to,
                Standing.ACKNOWLEDGED.code());
    }

    /** The other members in a range, in the order of their fingerprints: a change of each was turned down. */
    public void turnedDown(long link, long from, long to, TurnedDownVisitor visitor) {
        RowCallbackHandler row = rs -> {
            Timestamp nextTry = rs.getTimestamp(3);
            visitor.visit(
                    rs.getLong(1), Standing.of(rs.getInt(2)), nextTry == null ? 0 : nextTry.getTime(), nextTry != null);
        };
        jdbc.query(
                "select fingerprint, state, next_try from membership where link_id = ? and fingerprint between ? and ?"
                        + " and (state <> ? or next_try is not null) order by fingerprint",
                row,
                link,
                from,
                to,
                Standing.ACKNOWLEDGED.code());
    }

    /** How many members of a link are unmatched or rejected and not due for another try. */
    public long settled(long link, Instant now) {
        return jdbc.queryForObject(
                "select count(*) from membership where link_id = ? and next_try > ?",
                Long.class,
                link,
                Timestamp.from(now));
    }

    /** How many members of a link that were turned down fell due for another try after one time and until another. */
    public long fallenDue(long link, Instant after, Instant until) {
        return jdbc.queryForObject(
                "select count(*) from membership where link_id = ? and next_try > ? and next_try <= ?",
                Long.class,
                link,
                Timestamp.from(after),
                Timestamp.from(until));
    }

    /** Makes the members of a link due now that have a dead letter, all or those with this reason. */
    public void redrive(long link, Optional<String> reason, Instant now) {
        jdbc.update(
                "update membership set next_try = ? where link_id = ? and next_try > ? and exists (select 1 from dead_letter d"
                        + " where d.link_id = membership.link_id and d.fingerprint = membership.fingerprint"
                        + " and d.member_key = membership.member_key and d.reason = coalesce(?, d.reason))",
                Timestamp.from(now),
                link,
                Timestamp.from(now),
                reason.orElse(null));
    }

    /** The stored members that have one of these fingerprints. */
    public List<Member> find(long link, Collection<Long> fingerprints) {
        List<Long> wanted = List.copyOf(fingerprints);
        List<Member> found = new ArrayList<>(wanted.size());
        for (int from = 0; from < wanted.size(); from += KEYS_A_QUERY) {
            List<Long> some = wanted.subList(from, Math.min(from + KEYS_A_QUERY, wanted.size()));
            String marks = some.stream().map(f -> "?").collect(Collectors.joining(","));
            List<Object> arguments = new ArrayList<>(some.size() + 1);
            arguments.add(link);
            arguments.addAll(some);
            found.addAll(jdbc.query(
                    "select fingerprint, member_key, state, run_id, tries, next_try from membership"
                            + " where link_id = ? and fingerprint in (" + marks + ") order by fingerprint",
                    (rs, i) -> member(rs),
                    arguments.toArray()));
        }
        return found;
    }

    private static Member member(ResultSet rs) throws SQLException {
        return new Member(
                rs.getLong(1),
                rs.getString(2),
                Standing.of(rs.getInt(3)),
                rs.getLong(4),
                rs.getInt(5),
                Optional.ofNullable(rs.getTimestamp(6)).map(Timestamp::toInstant));
    }

    /** Stores members that have no row yet. */
    public void insert(long link, List<Member> members, Instant since) {
        batch(
                "insert into membership (link_id, fingerprint, member_key, state, since, run_id, tries, next_try)"
                        + " values (?, ?, ?, ?, ?, ?, ?, ?)",
                members,
                (ps, m) -> {
                    bindRow(ps, 1, link, m);
                    bindStanding(ps, 4, m, since);
                });
    }

    /** Changes the standing of members that have a row. */
    public void update(long link, List<Member> members, Instant since) {
        batch(
                "update membership set state = ?, since = ?, run_id = ?, tries = ?, next_try = ?" + THE_ROW,
                members,
                (ps, m) -> {
                    bindStanding(ps, 1, m, since);
                    bindRow(ps, 6, link, m);
                });
    }

    /** Forgets that the removal of these members was refused. */
    public void keep(long link, List<Member> members) {
        batch(
                "update membership set tries = 0, next_try = null" + THE_ROW,
                members,
                (ps, m) -> bindRow(ps, 1, link, m));
    }

    /** Forgets members. */
    public void delete(long link, List<Member> members) {
        batch("delete from membership" + THE_ROW, members, (ps, m) -> bindRow(ps, 1, link, m));
    }

    private void batch(String sql, List<Member> members, ParameterizedPreparedStatementSetter<Member> binding) {
        jdbc.batchUpdate(sql, members, members.size() + 1, binding);
    }

    private static void bindRow(PreparedStatement ps, int from, long link, Member member) throws SQLException {
        ps.setLong(from, link);
        ps.setLong(from + 1, member.fingerprint());
        ps.setString(from + 2, member.key());
    }

    private static void bindStanding(PreparedStatement ps, int from, Member member, Instant since) throws SQLException {
        ps.setInt(from, member.standing().code());
        ps.setTimestamp(from + 1, Timestamp.from(since));
        ps.setLong(from + 2, member.run());
        ps.setInt(from + 3, member.tries());
        ps.setTimestamp(from + 4, member.nextTry().map(Timestamp::from).orElse(null));
    }
}
