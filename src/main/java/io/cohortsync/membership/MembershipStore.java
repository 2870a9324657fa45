package io.cohortsync.membership;

import io.cohortsync.state.DatabaseProduct;
import io.cohortsync.state.StoredTime;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** The membership table. Callers that write hold a transaction in which the link's version is raised, and its token checked where a run writes. */
@Component
public class MembershipStore {

    private static final int FETCH = 10_000;
    static final String MEMBER =
            "select fingerprint, member_key, state, run_id, tries, next_try from membership where link_id = ?";

    /** Rows written in the order of the index change few of its pages. */
    static final Comparator<Member> INDEX_ORDER =
            Comparator.comparingLong(Member::fingerprint).thenComparing(Member::key);

    /** H2's arrays end at 65,536. */
    private static final int INSERTED_AT_ONCE = 10_000;

    private final JdbcTemplate jdbc;
    private final MembershipTable table;

    MembershipStore(DataSource database) {
        this.jdbc = new JdbcTemplate(database);
        this.jdbc.setFetchSize(FETCH);
        JdbcTemplate whole = new JdbcTemplate(database);
        this.table = switch (DatabaseProduct.of(database)) {
            case H2 -> new H2MembershipTable(whole);
            case POSTGRESQL -> new PostgresMembershipTable(whole);
        };
    }

    /** One stored member, in full. */
    public record Member(
            long fingerprint, String key, Standing standing, long run, int tries, Optional<Instant> nextTry) {

        /** Whether it is no acknowledged member that can just be removed when it leaves. */
        boolean isTurnedDown() {
            return standing != Standing.ACKNOWLEDGED || nextTry.isPresent();
        }
    }

    /**
     * The fingerprints of the members of a link who are acknowledged and whose removal was not refused, in no particular
     * order; each as often as there are such members.
     *
     * @param from the least fingerprint wanted
     * @param to the greatest fingerprint wanted
     */
    public void acknowledged(long link, long from, long to, LongConsumer fingerprint) {
        table.acknowledged(link, from, to, fingerprint);
    }

    /**
     * Those of {@link #acknowledged} whom a run after this one acknowledged, in no particular order.
     *
     * @param from the least fingerprint wanted
     * @param to the greatest fingerprint wanted
     */
    public void acknowledgedAfter(long run, long link, long from, long to, LongConsumer fingerprint) {
        table.acknowledgedAfter(run, link, from, to, fingerprint);
    }

    /** Takes one stored member of whom a change was turned down, without its key. */
    @FunctionalInterface
    public interface TurnedDownVisitor {

        /** @param nextTryMillis when it is due for another try, in milliseconds since the epoch; 0: no time is stored */
        void visit(long fingerprint, Standing standing, long nextTryMillis);
    }

    /**
     * Walks over the members of a link that {@link #acknowledged} leaves out, in the order of their fingerprints.
     *
     * @param from the least fingerprint wanted
     * @param to the greatest fingerprint wanted
     */
    public void turnedDown(long link, long from, long to, TurnedDownVisitor visitor) {
        table.turnedDown(link, from, to, visitor);
    }

    /** How many members of a link are unmatched or rejected and not due for another try. */
    public long settled(long link, Instant now) {
        return jdbc.queryForObject(
                "select count(*) from " + table.turnedDownTable() + " where link_id = ? and next_try > ?",
                Long.class,
                link,
                StoredTime.of(now));
    }

    /** How many members of a link that were turned down fell due for another try after one time and until another. */
    public long fallenDue(long link, Instant after, Instant until) {
        return jdbc.queryForObject(
                "select count(*) from " + table.turnedDownTable()
                        + " where link_id = ? and next_try > ? and next_try <= ?",
                Long.class,
                link,
                StoredTime.of(after),
                StoredTime.of(until));
    }

    /** Makes the members of a link due now whose dead letter is due. */
    public void redrive(long link, Instant now) {
        table.redrive(link, now);
    }

    /** The stored members that have one of these fingerprints. */
    public List<Member> find(long link, Collection<Long> fingerprints) {
        return table.find(link, fingerprints, Optional.empty());
    }

    /** As {@link #find}, but only those who have been acknowledged since before this time, and whose removal was not refused. */
    public List<Member> acknowledgedBefore(long link, Collection<Long> fingerprints, Instant time) {
        return table.find(link, fingerprints, Optional.of(time));
    }

    /** Narrows {@link #MEMBER} down, with a time as its parameter. */
    static final String ACKNOWLEDGED_BEFORE = " and state = 1 and next_try is null and since < ?";

    /** A row of {@link #MEMBER}. */
    static Member member(ResultSet rs) throws SQLException {
        return new Member(
                rs.getLong(1),
                rs.getString(2),
                Standing.of(rs.getInt(3)),
                rs.getLong(4),
                rs.getInt(5),
                StoredTime.read(rs, 6));
    }

    /** Stores members that have no row yet. */
    public void insert(long link, List<Member> members, Instant since) {
        List<Member> inOrder = members.stream().sorted(INDEX_ORDER).toList();
        for (int from = 0; from < inOrder.size(); from += INSERTED_AT_ONCE) {
            List<Member> some = inOrder.subList(from, Math.min(from + INSERTED_AT_ONCE, inOrder.size()));
            Mark.group(some).forEach((mark, alike) -> insert(link, mark, alike, since));
            table.inserted(link, some);
        }
    }

    /** One statement for all of them: given one by one, they would take far longer on both databases. */
    private void insert(long link, Mark mark, List<Member> members, Instant since) {
        jdbc.update(
                "insert into membership (link_id, fingerprint, member_key, state, since, run_id, tries, next_try)"
                        + " select cast(? as bigint), v.fingerprint, v.member_key, cast(? as smallint),"
                        + " cast(? as timestamp with time zone), cast(? as bigint), cast(? as smallint),"
                        + " cast(? as timestamp with time zone)"
                        + " from unnest(cast(? as bigint array), cast(? as varchar array)) v (fingerprint, member_key)",
                link,
                mark.standing().code(),
                StoredTime.of(since),
                mark.run(),
                mark.tries(),
                mark.nextTryOrNull(),
                Mark.prints(members),
                Mark.keys(members));
    }

    /** Changes the standing of members that have a row. */
    public void update(long link, List<Member> members, Instant since) {
        table.update(link, members, since);
    }

    /** Forgets that the removal of these members was refused. */
    public void keep(long link, List<Member> members) {
        table.keep(link, members);
    }

    /** Forgets members. */
    public void delete(long link, List<Member> members) {
        table.delete(link, members);
    }
}
