package io.cohortsync.link;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.SourceSettings;
import io.cohortsync.config.SyncSettings;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The link table. */
@Component
public class Links {

    private final JdbcClient jdbc;
    private final LinkIdentity identities;
    private final ObjectMapper json;

    Links(JdbcClient jdbc, LinkIdentity identities, ObjectMapper json) {
        this.jdbc = jdbc;
        this.identities = identities;
        this.json = json;
    }

    private record Row(
            long id,
            long version,
            long exitEpoch,
            long acknowledged,
            Optional<String> identity,
            Optional<String> cohortName,
            OptionalLong resyncAfter) {}

    /** The enabled links of a sync as they are stored now; a link that is new gets its row. */
    public List<Link> of(SyncSettings sync) {
        return sync.links().stream()
                .filter(LinkSettings::inUse)
                .map(link -> stored(sync, link))
                .toList();
    }

    /** Gives every link of a sync its row, so that looking at one, or planning, writes nothing. */
    public void register(SyncSettings sync) {
        sync.links().stream().filter(link -> row(sync, link).isEmpty()).forEach(this::insert);
    }

    /**
     * From now on only this run's token may write to the links of its sync; an older one's transactions roll back. A node
     * that stood still since it took its lease does not take the links back from whoever took the next.
     */
    public void claim(String sync, long token) {
        jdbc.sql("update link set token = ? where sync = ? and token < ?")
                .params(token, sync, token)
                .update();
    }

    /** One link as it is stored now; a link that is new gets its row. */
    public Link stored(SyncSettings sync, LinkSettings settings) {
        Row row = row(sync, settings).orElseGet(() -> {
            insert(settings);
            return row(sync, settings).orElseThrow();
        });
        // Nothing is known to be there yet, so nothing can be mistaken: a corrected first configuration is just taken.
        boolean untouched = isOrphan(sync) || row.acknowledged() == 0 && !inDoubt(row.id());
        LinkSettings named = row.cohortName().map(settings::named).orElse(settings);
        Optional<String> change =
                untouched ? Optional.empty() : row.identity().flatMap(stored -> identities.change(stored, sync, named));
        String name = sync.givenName().or(row::cohortName).orElse(sync.name());
        return new Link(
                row.id(),
                named,
                name,
                row.version(),
                row.exitEpoch(),
                row.acknowledged(),
                change,
                true,
                row.resyncAfter());
    }

    /** Whether a run of it removes the members of a link that no configuration fills. */
    private static boolean isOrphan(SyncSettings sync) {
        return sync.source() instanceof SourceSettings.Nobody;
    }

    /** The rows of a sync, whether its links are configured, or one that was set aside. */
    public List<Long> ids(String sync) {
        return jdbc.sql("select id from link where sync = ? order by id")
                .param(sync)
                .query(Long.class)
                .list();
    }

    /** The row of a configured link, which is another one once the former was set aside. */
    public long id(SyncSettings sync, LinkSettings settings) {
        return row(sync, settings).map(Row::id).orElseThrow();
    }

    private Optional<Row> row(SyncSettings sync, LinkSettings settings) {
        return jdbc.sql("select id, version, exit_epoch, acknowledged, identity, cohort_name, resync_after from link"
                        + " where sync = ? and target = ?")
                .params(sync.name(), settings.target().name())
                .query((rs, i) -> new Row(
                        rs.getLong(1),
                        rs.getLong(2),
                        rs.getLong(3),
                        rs.getLong(4),
                        Optional.ofNullable(rs.getString(5)),
                        Optional.ofNullable(rs.getString(6)),
                        rs.getObject(7) == null ? OptionalLong.empty() : OptionalLong.of(rs.getLong(7))))
                .optional();
    }

    /**
     * The name that the source tells of the cohort is what a link is filled under from its first member on; until then it
     * follows the source.
     *
     * @param token of the run's lease
     */
    public void name(SyncSettings sync, long token, String cohortName) {
        jdbc.sql("update link set cohort_name = ? where sync = ? and token = ? and (cohort_name is null"
                        + " or acknowledged = 0 and not exists"
                        + " (select 1 from delivery where link_id = link.id and closed_at is null))")
                .params(cohortName, sync.name(), token)
                .update();
    }

    /**
     * What these links of a sync are filled under, in one text: what was read for these need not be read again for
     * these.
     */
    public String identity(SyncSettings sync, List<Link> links) {
        return links.stream()
                .map(link -> link.id() + identities.of(sync, link.settings()))
                .collect(Collectors.joining());
    }

    /**
     * Another sync's link of the same target that writes the trait or the list that this one is about to write: one that
     * has filled it, or, of two that have not, the older.
     */
    public Optional<String> otherThatWrites(Link link, Collection<SyncSettings> syncs) {
        return syncs.stream()
                .filter(sync ->
                        sync.enabled() && !sync.name().equals(link.settings().sync()))
                .flatMap(sync -> of(sync).stream())
                .filter(other -> other.acknowledged() > 0 || other.id() < link.id())
                .filter(other ->
                        other.settings().target().equals(link.settings().target()))
                .filter(other -> other.settings().written().isPresent()
                        && other.settings().written().equals(link.settings().written()))
                .map(Link::name)
                .findFirst();
    }

    /** Whether its target is known to hold somebody, or may hold somebody. */
    boolean isFilled(Link link) {
        return link.acknowledged() > 0 || inDoubt(link.id());
    }

    private boolean inDoubt(long id) {
        return jdbc.sql("select count(*) from delivery where link_id = ? and closed_at is null")
                        .param(id)
                        .query(Long.class)
                        .single()
                > 0;
    }

    private void insert(LinkSettings settings) {
        try {
            jdbc.sql("insert into link (sync, target) values (?, ?)")
                    .params(settings.sync(), settings.target().name())
                    .update();
        } catch (DuplicateKeyException otherNode) {
            // Another node was first; its row is as good.
        }
    }

    /**
     * All of a resync is sent, unless another was asked for meanwhile.
     *
     * @param token of the run's lease
     */
    public void resynced(Link link, long token) {
        link.resyncAfter()
                .ifPresent(after -> jdbc.sql(
                                "update link set resync_after = null where id = ? and resync_after = ? and token = ?")
                        .params(link.id(), after, token)
                        .update());
    }

    /** Remembers what a link is filled under, before its first change is sent; true: that is new, and raised its version. */
    public boolean remember(SyncSettings sync, Link link) {
        if (link.identityChange().isPresent() || isOrphan(sync)) {
            return false;
        }
        String place = Place.of(sync, link.settings()).write(json);
        jdbc.sql("update link set place = ? where id = ? and (place is null or place <> ?)")
                .params(place, link.id(), place)
                .update();
        String now = identities.of(sync, link.settings());
        int changed = jdbc.sql(
                        "update link set identity = ?, version = version + 1, remote_id = null, remote_asked = null"
                                + " where id = ? and (identity is null or identity <> ?)")
                .params(now, link.id(), now)
                .update();
        if (changed > 0) {
            // What was turned down, or filled, was so under the former identity; whom a link has acknowledged is never
            // forgotten here.
            jdbc.sql("delete from membership where link_id = ?"
                            + " and exists (select 1 from link where id = ? and acknowledged = 0)")
                    .params(link.id(), link.id())
                    .update();
            for (String table : List.of("dead_letter", "held_plan", "held_members")) {
                jdbc.sql("delete from " + table + " where link_id = ?")
                        .param(link.id())
                        .update();
            }
        }
        return changed > 0;
    }
}
