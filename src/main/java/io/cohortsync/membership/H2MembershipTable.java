package io.cohortsync.membership;

import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.membership.MembershipStore.TurnedDownVisitor;
import io.cohortsync.state.StoredTime;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.ParameterizedPreparedStatementSetter;
import org.springframework.jdbc.core.PreparedStatementCallback;
import org.springframework.jdbc.core.RowMapper;

/**
 * H2: rows are written in the order of the index, so that few of its pages change; whom a target turned down is listed in
 * a table of its own. A result would be held as a whole, so it is read in pages.
 */
final class H2MembershipTable implements MembershipTable {

    private static final int PAGE = 20_000;
    private static final String THE_ROW = " where link_id = ? and fingerprint = ? and member_key = ?";
    private static final String IN_PAGES = " where link_id = ? and fingerprint between ? and ?"
            + " order by link_id, fingerprint fetch first " + PAGE + " rows with ties";

    private final JdbcTemplate jdbc;

    H2MembershipTable(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public void inserted(long link, List<Member> members) {
        list(link, members);
    }

    @Override
    public void update(long link, List<Member> members, Instant since) {
        batch(
                "update membership set state = ?, since = ?, run_id = ?, tries = ?, next_try = ?" + THE_ROW,
                members,
                (ps, m) -> {
                    bindStanding(ps, 1, m, since);
                    bindRow(ps, 6, link, m);
                });
        strike(link, members.stream().filter(m -> !m.isTurnedDown()).toList());
        list(link, members);
    }

    @Override
    public void keep(long link, List<Member> members) {
        batch(
                "update membership set tries = 0, next_try = null" + THE_ROW,
                members,
                (ps, m) -> bindRow(ps, 1, link, m));
        strike(link, members);
    }

    @Override
    public void delete(long link, List<Member> members) {
        batch("delete from membership" + THE_ROW, members, (ps, m) -> bindRow(ps, 1, link, m));
    }

    /** One by one: for a list of fingerprints H2 would look at every member of the link. */
    @Override
    public List<Member> find(long link, Collection<Long> fingerprints, Optional<Instant> acknowledgedBefore) {
        String sql = MembershipStore.MEMBER + " and fingerprint = ?"
                + (acknowledgedBefore.isPresent() ? MembershipStore.ACKNOWLEDGED_BEFORE : "");
        return jdbc.execute(sql, (PreparedStatementCallback<List<Member>>) statement -> {
            List<Member> found = new ArrayList<>(fingerprints.size());
            statement.setLong(1, link);
            if (acknowledgedBefore.isPresent()) {
                statement.setObject(3, StoredTime.of(acknowledgedBefore.get()));
            }
            for (long fingerprint : new TreeSet<>(fingerprints)) {
                statement.setLong(2, fingerprint);
                try (ResultSet rs = statement.executeQuery()) {
                    while (rs.next()) {
                        found.add(MembershipStore.member(rs));
                    }
                }
            }
            return found;
        });
    }

    @Override
    public void redrive(long link, Instant now) {
        for (String table : List.of("membership", "turned_down")) {
            // Led by the dead letters; a condition on them would be tried for every member of the link.
            jdbc.update(
                    "merge into " + table + " m using (select link_id, fingerprint, member_key from dead_letter"
                            + " where link_id = ? and next_try <= ?) d"
                            + " on m.link_id = d.link_id and m.fingerprint = d.fingerprint and m.member_key = d.member_key"
                            + " when matched and m.next_try > ? then update set next_try = ?",
                    link,
                    StoredTime.of(now),
                    StoredTime.of(now),
                    StoredTime.of(now));
        }
    }

    /** Lists those of the members who are turned down. */
    private void list(long link, List<Member> members) {
        batch(
                "merge into turned_down (link_id, fingerprint, member_key, state, next_try) values (?, ?, ?, ?, ?)",
                members.stream().filter(Member::isTurnedDown).toList(),
                (ps, m) -> {
                    bindRow(ps, 1, link, m);
                    ps.setInt(4, m.standing().code());
                    bindNextTry(ps, 5, m);
                });
    }

    private void strike(long link, List<Member> members) {
        batch("delete from turned_down" + THE_ROW, members, (ps, m) -> bindRow(ps, 1, link, m));
    }

    @Override
    public void acknowledged(long link, long from, long to, LongConsumer fingerprint) {
        for (long next = from; ; next++) {
            List<Long> page = page("fingerprint from membership", (rs, i) -> rs.getLong(1), link, next, to);
            if (page.isEmpty()) {
                return;
            }
            long last = page.get(page.size() - 1);
            // The index of all members tells fingerprints alone; to look at each row's state would take far longer.
            Map<Long, Integer> notThese = new HashMap<>();
            turnedDown(link, page.get(0), last, (print, s, n) -> notThese.merge(print, 1, Integer::sum));
            for (Long print : page) {
                if (notThese.isEmpty() || notThese.merge(print, -1, Integer::sum) < 0) {
                    fingerprint.accept(print);
                }
            }
            if (page.size() < PAGE || last == to) {
                return;
            }
            next = last;
        }
    }

    @Override
    public void acknowledgedAfter(long run, long link, long from, long to, LongConsumer fingerprint) {
        for (long next = from; ; next++) {
            List<Long> page = jdbc.queryForList(
                    "select fingerprint from membership where link_id = ? and fingerprint between ? and ? and run_id > ?"
                            + " and state = 1 and next_try is null"
                            + " order by link_id, fingerprint fetch first " + PAGE + " rows with ties",
                    Long.class,
                    link,
                    next,
                    to,
                    run);
            page.forEach(fingerprint::accept);
            if (page.size() < PAGE || page.get(page.size() - 1) == to) {
                return;
            }
            next = page.get(page.size() - 1);
        }
    }

    /** One listed member. */
    private record Listed(long fingerprint, Standing standing, Optional<Instant> nextTry) {}

    @Override
    public void turnedDown(long link, long from, long to, TurnedDownVisitor visitor) {
        RowMapper<Listed> listed =
                (rs, i) -> new Listed(rs.getLong(1), Standing.of(rs.getInt(2)), StoredTime.read(rs, 3));
        for (long next = from; ; next++) {
            List<Listed> page = page("fingerprint, state, next_try from turned_down", listed, link, next, to);
            page.forEach(row -> visitor.visit(
                    row.fingerprint(),
                    row.standing(),
                    row.nextTry().map(Instant::toEpochMilli).orElse(0L)));
            if (page.size() < PAGE || page.get(page.size() - 1).fingerprint() == to) {
                return;
            }
            next = page.get(page.size() - 1).fingerprint();
        }
    }

    private <T> List<T> page(String what, RowMapper<T> row, long link, long from, long to) {
        return jdbc.query("select " + what + IN_PAGES, row, link, from, to);
    }

    @Override
    public String turnedDownTable() {
        return "turned_down";
    }

    private void batch(String sql, List<Member> members, ParameterizedPreparedStatementSetter<Member> binding) {
        if (!members.isEmpty()) {
            List<Member> inOrder =
                    members.stream().sorted(MembershipStore.INDEX_ORDER).toList();
            jdbc.batchUpdate(sql, inOrder, inOrder.size(), binding);
        }
    }

    private static void bindRow(PreparedStatement ps, int from, long link, Member member) throws SQLException {
        ps.setLong(from, link);
        ps.setLong(from + 1, member.fingerprint());
        ps.setString(from + 2, member.key());
    }

    private static void bindStanding(PreparedStatement ps, int from, Member member, Instant since) throws SQLException {
        ps.setInt(from, member.standing().code());
        ps.setObject(from + 1, StoredTime.of(since));
        ps.setLong(from + 2, member.run());
        ps.setInt(from + 3, member.tries());
        bindNextTry(ps, from + 4, member);
    }

    private static void bindNextTry(PreparedStatement ps, int at, Member member) throws SQLException {
        ps.setObject(at, member.nextTry().map(StoredTime::of).orElse(null), Types.TIMESTAMP_WITH_TIMEZONE);
    }
}
