package io.cohortsync.mirror;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.state.DatabaseProduct;
import io.cohortsync.state.StoredTime;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.PreparedStatementCallback;
import org.springframework.stereotype.Component;

/** The tables of the mirror. */
@Component
class MirrorTable {

    private static final String COHORT =
            "select id, source, cohort, name, version, members, last_event, listed_at from mirror_cohort";
    private static final String MEMBER = "select member, inside, as_of, properties from mirror where cohort_id = ?";

    private static final String EACH =
            "v.member, v.inside, cast(v.as_of as timestamp with time zone) as as_of, v.properties"
                    + " from unnest(cast(? as varchar array), cast(? as boolean array), cast(? as varchar array),"
                    + " cast(? as varchar array)) v (member, inside, as_of, properties)";

    private final JdbcTemplate jdbc;
    private final ObjectMapper json;
    private final boolean arrays;

    MirrorTable(JdbcTemplate jdbc, ObjectMapper json) {
        this.jdbc = jdbc;
        this.json = json;
        // For a list of keys H2 would look at every member of the cohort.
        this.arrays = DatabaseProduct.of(jdbc.getDataSource()) == DatabaseProduct.POSTGRESQL;
    }

    /** A cohort's row, which no other transaction changes until this one ends. */
    MirrorCohort lock(String source, String cohort) {
        return one(COHORT + " where source = ? and cohort = ? for update", source, cohort)
                .orElseThrow();
    }

    /** Gives a cohort its row, in a transaction of its own: two nodes may hear of it at the same moment. */
    void register(String source, String cohort, Instant now) {
        try {
            jdbc.update(
                    "insert into mirror_cohort (source, cohort, first_event, last_event) select ?, ?, ?, ?"
                            + " where not exists (select 1 from mirror_cohort where source = ? and cohort = ?)",
                    source,
                    cohort,
                    StoredTime.of(now),
                    StoredTime.of(now),
                    source,
                    cohort);
        } catch (DuplicateKeyException otherNode) {
            // Its row is as good.
        }
    }

    Optional<MirrorCohort> find(String source, String cohort) {
        return one(COHORT + " where source = ? and cohort = ?", source, cohort);
    }

    List<MirrorCohort> all() {
        return jdbc.query(COHORT + " order by source, cohort", (rs, i) -> cohort(rs));
    }

    private Optional<MirrorCohort> one(String sql, String source, String cohort) {
        return jdbc.query(sql, (rs, i) -> cohort(rs), source, cohort).stream().findFirst();
    }

    private static MirrorCohort cohort(ResultSet rs) throws SQLException {
        return new MirrorCohort(
                rs.getLong(1),
                rs.getString(2),
                rs.getString(3),
                Optional.ofNullable(rs.getString(4)),
                rs.getLong(5),
                rs.getLong(6),
                StoredTime.read(rs, 7).orElseThrow(),
                StoredTime.read(rs, 8));
    }

    /** Something of a cohort was received. */
    void received(MirrorCohort cohort, boolean changed, long more, Optional<String> name, Instant now) {
        jdbc.update(
                "update mirror_cohort set version = version + ?, members = members + ?, name = coalesce(?, name),"
                        + " last_event = ? where id = ?",
                changed ? 1 : 0,
                more,
                name.orElse(null),
                StoredTime.of(now),
                cohort.id());
    }

    Map<String, MirrorMember> members(long cohort, Collection<String> keys) {
        return arrays ? byArray(cohort, keys) : oneByOne(cohort, keys);
    }

    private Map<String, MirrorMember> byArray(long cohort, Collection<String> keys) {
        Map<String, MirrorMember> found = new HashMap<>();
        jdbc.query(
                MEMBER + " and member = any (?)",
                rs -> {
                    MirrorMember member = member(rs);
                    found.put(member.member(), member);
                },
                cohort,
                keys.toArray(String[]::new));
        return found;
    }

    private Map<String, MirrorMember> oneByOne(long cohort, Collection<String> keys) {
        return jdbc.execute(MEMBER + " and member = ?", (PreparedStatementCallback<Map<String, MirrorMember>>)
                statement -> {
                    Map<String, MirrorMember> found = new HashMap<>();
                    statement.setLong(1, cohort);
                    for (String key : keys) {
                        statement.setString(2, key);
                        try (ResultSet rs = statement.executeQuery()) {
                            if (rs.next()) {
                                found.put(key, member(rs));
                            }
                        }
                    }
                    return found;
                });
    }

    /** Who is in a cohort, in the order of their keys. */
    List<MirrorMember> inside(long cohort, String after, int limit) {
        return jdbc.query(
                MEMBER + " and inside and member > ? order by member fetch first " + limit + " rows only",
                (rs, i) -> member(rs),
                cohort,
                after);
    }

    private MirrorMember member(ResultSet rs) throws SQLException {
        String properties = rs.getString(4);
        return new MirrorMember(
                rs.getString(1),
                rs.getBoolean(2),
                StoredTime.read(rs, 3).orElseThrow(),
                properties == null ? Map.of() : properties(properties));
    }

    /** One statement for all of them: given one by one, they would take far longer on both databases. */
    void insert(long cohort, List<MirrorMember> members, Optional<String> generation, Instant now) {
        if (!members.isEmpty()) {
            jdbc.update(
                    "insert into mirror (cohort_id, generation, heard_at, member, inside, as_of, properties)"
                            + " select cast(? as bigint), cast(? as varchar), cast(? as timestamp with time zone), "
                            + EACH,
                    each(members, cohort, generation.orElse(null), StoredTime.of(now)));
        }
    }

    /** @throws ConcurrentModificationException when somebody was forgotten since they were read */
    void update(long cohort, List<MirrorMember> members, Optional<String> generation, Instant now) {
        if (members.isEmpty()) {
            return;
        }
        int updated;
        if (arrays) {
            updated = jdbc.update(
                    "update mirror m set inside = n.inside, as_of = n.as_of, properties = n.properties,"
                            + " generation = coalesce(cast(? as varchar), generation), heard_at = ? from (select "
                            + EACH
                            + ") n where m.cohort_id = ? and m.member = n.member",
                    withCohort(each(members, generation.orElse(null), StoredTime.of(now)), cohort));
        } else {
            updated = Arrays.stream(jdbc.batchUpdate(
                            "update mirror set inside = ?, as_of = ?, properties = ?, generation = coalesce(?, generation),"
                                    + " heard_at = ? where cohort_id = ? and member = ?",
                            members,
                            members.size(),
                            (ps, member) -> bind(ps, cohort, member, generation, now)))
                    .flatMapToInt(Arrays::stream)
                    .sum();
        }
        if (updated != members.size()) {
            throw new ConcurrentModificationException("somebody was forgotten meanwhile");
        }
    }

    private Object[] each(List<MirrorMember> members, Object... before) {
        List<Object> parameters = new ArrayList<>(Arrays.asList(before));
        parameters.add(members.stream().map(MirrorMember::member).toArray(String[]::new));
        parameters.add(members.stream().map(MirrorMember::inside).toArray(Boolean[]::new));
        // Times as text: no driver takes an array of them alike.
        parameters.add(members.stream()
                .map(member -> StoredTime.of(member.at()).toString())
                .toArray(String[]::new));
        parameters.add(members.stream()
                .map(member -> member.properties().isEmpty() ? null : text(member.properties()))
                .toArray(String[]::new));
        return parameters.toArray();
    }

    private static Object[] withCohort(Object[] parameters, long cohort) {
        Object[] all = Arrays.copyOf(parameters, parameters.length + 1);
        all[parameters.length] = cohort;
        return all;
    }

    private void bind(PreparedStatement ps, long cohort, MirrorMember member, Optional<String> generation, Instant now)
            throws SQLException {
        ps.setBoolean(1, member.inside());
        ps.setObject(2, StoredTime.of(member.at()));
        ps.setString(3, member.properties().isEmpty() ? null : text(member.properties()));
        ps.setString(4, generation.orElse(null));
        ps.setObject(5, StoredTime.of(now));
        ps.setLong(6, cohort);
        ps.setString(7, member.member());
    }

    /** Notes that a page arrived, once; the answer tells how many have, and when the first did. */
    Arrived arrived(long cohort, FullListPage page) {
        jdbc.update(
                "insert into mirror_page (cohort_id, generation, page, received_at) select ?, ?, ?, ? where not exists"
                        + " (select 1 from mirror_page where cohort_id = ? and generation = ? and page = ?)",
                cohort,
                page.generation(),
                page.page(),
                StoredTime.of(page.at()),
                cohort,
                page.generation(),
                page.page());
        return jdbc.queryForObject(
                "select count(*), min(received_at) from mirror_page where cohort_id = ? and generation = ?"
                        + " and page between 1 and ?",
                (rs, i) -> new Arrived(rs.getInt(1), StoredTime.read(rs, 2).orElseThrow()),
                cohort,
                page.generation(),
                page.pages());
    }

    /** How many pages of a list have arrived, and since when. */
    record Arrived(int pages, Instant since) {}

    /** Whoever was in the cohort when the list began, was not heard of since and is not on it has left; tells how many. */
    int leave(long cohort, String generation, Instant since) {
        return jdbc.update(
                "update mirror set inside = false, as_of = ? where cohort_id = ? and inside and as_of < ? and heard_at < ?"
                        + " and (generation is null or generation <> ?)",
                StoredTime.of(since),
                cohort,
                StoredTime.of(since),
                StoredTime.of(since),
                generation);
    }

    /** A full list is whole. */
    void listed(long cohort, Instant since) {
        jdbc.update(
                "update mirror_cohort set listed_at = ? where id = ? and (listed_at is null or listed_at < ?)",
                StoredTime.of(since),
                cohort,
                StoredTime.of(since));
    }

    /** Forgets who left before, and the pages of lists that never became whole or are done with. */
    int forget(Instant before) {
        jdbc.update("delete from mirror_page where received_at < ?", StoredTime.of(before));
        return jdbc.update("delete from mirror where not inside and as_of < ?", StoredTime.of(before));
    }

    private String text(Map<String, String> properties) {
        try {
            return json.writeValueAsString(properties);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private Map<String, String> properties(String text) throws SQLException {
        try {
            return json.readValue(text, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new SQLException("the mirror holds properties that are no JSON");
        }
    }
}
