package io.cohortsync.link;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.config.GuardSettings;
import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SourceSettings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.config.TargetSettings;
import io.cohortsync.schedule.Schedule;
import io.cohortsync.state.StoredTime;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** The links whose members are known, or in doubt, and that no configuration fills any more. */
@Component
public class OrphanLinks {

    private static final String KNOWS_SOMEBODY =
            "(acknowledged > 0 or exists (select 1 from delivery where link_id = link.id and closed_at is null))";

    private final Settings settings;
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final BetweenRuns betweenRuns;
    private final LinkIdentity identities;
    private final Links links;
    private final ObjectMapper json;
    private final Clock clock;

    OrphanLinks(
            Settings settings,
            JdbcClient jdbc,
            TransactionOperations transactions,
            BetweenRuns betweenRuns,
            LinkIdentity identities,
            Links links,
            ObjectMapper json,
            Clock clock) {
        this.settings = settings;
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.betweenRuns = betweenRuns;
        this.identities = identities;
        this.links = links;
        this.json = json;
        this.clock = clock;
    }

    /**
     * An orphan as it is stored.
     *
     * @param sync the name its lease has
     * @param cohortName what its sync called the cohort
     * @param since when it was found to be one, or set aside
     * @param setAside why it was set aside; empty: it left the configuration
     * @param removal whether its members are to be removed
     */
    public record OrphanLink(
            long id,
            String sync,
            String target,
            long acknowledged,
            Optional<String> identity,
            Optional<String> place,
            Optional<String> cohortName,
            Optional<String> remoteId,
            Optional<Instant> since,
            Optional<String> setAside,
            Optional<Removal> removal) {

        /** The name of the sync that filled it. */
        public String formerSync() {
            return SetAside.formerSync(sync);
        }
    }

    /** All of them. */
    public List<OrphanLink> all() {
        return where("true");
    }

    /** Those whose members are to be removed. */
    public List<OrphanLink> toRemove() {
        return where("removal is not null");
    }

    private List<OrphanLink> where(String condition) {
        return jdbc
                .sql("select * from link where " + condition + " and " + KNOWS_SOMEBODY + " order by id")
                .query((rs, i) -> row(rs))
                .list()
                .stream()
                .filter(row -> !isConfigured(row))
                .toList();
    }

    private static OrphanLink row(ResultSet rs) throws SQLException {
        return new OrphanLink(
                rs.getLong("id"),
                rs.getString("sync"),
                rs.getString("target"),
                rs.getLong("acknowledged"),
                Optional.ofNullable(rs.getString("identity")),
                Optional.ofNullable(rs.getString("place")),
                Optional.ofNullable(rs.getString("cohort_name")),
                Optional.ofNullable(rs.getString("remote_id")),
                StoredTime.read(rs, "orphan_since"),
                Optional.ofNullable(rs.getString("set_aside")),
                Optional.ofNullable(rs.getString("removal")).map(Removal::of));
    }

    private boolean isConfigured(OrphanLink row) {
        return Optional.ofNullable(settings.syncs().get(row.sync())).stream()
                .flatMap(sync -> sync.links().stream())
                .anyMatch(link -> link.target().name().equals(row.target()));
    }

    /** Notes since when they are orphans, and of others that they are none; gives those that are new. */
    public List<OrphanLink> takeNote() {
        jdbc.sql("select * from link where orphan_since is not null").query((rs, i) -> row(rs)).list().stream()
                .filter(this::isConfigured)
                .forEach(row -> jdbc.sql("update link set orphan_since = null where id = ?")
                        .param(row.id())
                        .update());
        return all().stream()
                .filter(row -> row.since().isEmpty())
                .filter(row -> jdbc.sql("update link set orphan_since = ? where id = ? and orphan_since is null")
                                .params(StoredTime.of(clock.instant()), row.id())
                                .update()
                        > 0)
                .toList();
    }

    /** What it has filled with whom, in words. */
    public String words(OrphanLink orphan) {
        return orphan.identity().map(identities::words).orElse("nothing is known of what it filled");
    }

    /** Why nothing can be sent to where its members are; empty: it can. */
    public Optional<String> unreachable(OrphanLink orphan) {
        Optional<TargetSettings> target =
                Optional.ofNullable(settings.targets().get(orphan.target())).filter(TargetSettings::enabled);
        if (target.isEmpty()) {
            return Optional.of("target " + orphan.target() + " is not in the configuration, or disabled");
        }
        if (orphan.identity().isEmpty()) {
            return Optional.of("nothing is known of what it filled");
        }
        return identities
                .targetChange(orphan.identity().get(), target.get())
                .map(what -> "target " + orphan.target() + " is another place now (" + what + ")")
                .or(
                        () -> filledBy(orphan)
                                .map(
                                        other -> other
                                                + " fills the same place now, and would be undone: have that sync adopt it, or drop it"));
    }

    /** The configured link that writes what the orphan had filled. */
    private Optional<String> filledBy(OrphanLink orphan) {
        return settings.syncs().values().stream()
                .flatMap(sync -> sync.links().stream().map(link -> links.stored(sync, link)))
                .filter(link -> isAtSameTarget(orphan, link.settings()))
                .filter(link -> isWrittenBy(orphan, link.settings())
                        || orphan.remoteId().isPresent() && orphan.remoteId().equals(remoteId(link)))
                .map(Link::name)
                .findFirst();
    }

    private boolean isAtSameTarget(OrphanLink orphan, LinkSettings link) {
        return identities
                .targetChange(orphan.identity().orElseThrow(), link.target())
                .isEmpty();
    }

    private boolean isWrittenBy(OrphanLink orphan, LinkSettings link) {
        Optional<String> before =
                place(orphan).link(orphan.formerSync(), link.target()).written();
        return before.isEmpty() ? orphan.formerSync().equals(link.sync()) : before.equals(link.written());
    }

    /** An orphan whose members are to be removed from where a link with these settings writes, or are just being removed. */
    Optional<OrphanLink> leaving(LinkSettings place) {
        return all().stream()
                .filter(orphan -> orphan.target().equals(place.target().name()))
                .filter(orphan -> orphan.identity().isPresent())
                .filter(orphan -> orphan.removal().isPresent() || isRunning(orphan))
                .filter(orphan -> isAtSameTarget(orphan, place) && isWrittenBy(orphan, place))
                .findFirst();
    }

    private boolean isRunning(OrphanLink orphan) {
        return jdbc.sql("select count(*) from sync where name = ? and lease_until >= current_timestamp")
                        .param(orphan.sync())
                        .query(Long.class)
                        .single()
                > 0;
    }

    /** The configured link that took an orphan's place when it was set aside; empty: none is configured. */
    public Optional<Link> successor(OrphanLink orphan) {
        return Optional.ofNullable(settings.syncs().get(orphan.formerSync())).stream()
                .flatMap(sync -> sync.links().stream()
                        .filter(link -> link.target().name().equals(orphan.target()))
                        .map(link -> links.stored(sync, link)))
                .findFirst();
    }

    private Optional<String> remoteId(Link link) {
        return jdbc.sql("select remote_id from link where id = ?")
                .param(link.id())
                .query((rs, i) -> Optional.ofNullable(rs.getString(1)))
                .single();
    }

    private Place place(OrphanLink orphan) {
        return orphan.place()
                .map(stored -> Place.read(json, stored))
                .orElseGet(() ->
                        Place.ofIdentity(identities.place(orphan.identity().orElseThrow())));
    }

    /** A sync that wants nobody, so that a run of it removes all of an orphan's members, however many they are. */
    public SyncSettings removing(OrphanLink orphan) {
        Place place = place(orphan);
        LinkSettings link = place.link(orphan.formerSync(), settings.targets().get(orphan.target()));
        return new SyncSettings(
                orphan.sync(),
                new SourceSettings.Nobody(),
                "nobody",
                place.cohortId().orElse(orphan.formerSync()),
                Optional.of(orphan.cohortName().orElse(orphan.formerSync())),
                false,
                Optional.empty(),
                new Schedule.Manual(),
                true,
                List.of(link),
                GuardSettings.off());
    }

    /** Writes down that its members are to be removed. */
    public void remove(OrphanLink orphan, Removal how) {
        jdbc.sql("update link set removal = ? where id = ?")
                .params(how.word(), orphan.id())
                .update();
    }

    /** The members of the orphan with this sync's name stay where they are, until somebody wants them removed again. */
    public void keep(String sync) {
        jdbc.sql("update link set removal = null where sync = ?").param(sync).update();
    }

    /**
     * Forgets an orphan's members, who stay where they are.
     *
     * @throws RunUnderWayException if a run counts on them
     */
    public void forget(OrphanLink orphan) {
        transactions.executeWithoutResult(tx -> {
            long token = betweenRuns.begin(orphan.sync());
            for (String table : List.of("unconfirmed", "membership", "dead_letter", "held_plan", "held_members")) {
                jdbc.sql("delete from " + table + " where link_id = ?")
                        .param(orphan.id())
                        .update();
            }
            jdbc.sql("update delivery set closed_at = ?, outcome = 'dropped' where link_id = ? and closed_at is null")
                    .params(StoredTime.of(clock.instant()), orphan.id())
                    .update();
            // The row stays for the sake of its runs; should it be configured again, it begins anew.
            jdbc.sql("update link set acknowledged = 0, version = version + 1, exit_epoch = exit_epoch + 1, token = ?,"
                            + " identity = null, place = null, cohort_name = null, told_name = null, remote_id = null,"
                            + " remote_asked = null, read_back_at = null, resync_after = null, removal = null"
                            + " where id = ?")
                    .params(token, orphan.id())
                    .update();
        });
    }

    /**
     * Makes an orphan's members those of a sync's link of the same target, which nobody is known of.
     *
     * @return whether that link knew nobody; else nothing is changed
     * @throws RunUnderWayException if a run counts on either
     */
    public boolean adopt(OrphanLink orphan, SyncSettings sync, LinkSettings link) {
        return transactions.execute(tx -> {
            long orphans = betweenRuns.begin(orphan.sync());
            long token = betweenRuns.begin(sync.name());
            Link empty = links.stored(sync, link);
            if (links.isFilled(empty)) {
                return false;
            }
            // The next run of the sync has a higher one than either.
            token = betweenRuns.atLeast(sync.name(), orphans);
            jdbc.sql("update link set sync = ?, token = ?, version = version + 1 where id = ?")
                    .params(SetAside.name(sync.name(), empty.id()), token, empty.id())
                    .update();
            jdbc.sql("update link set sync = ?, token = ?, version = version + 1, orphan_since = null,"
                            + " set_aside = null, removal = null where id = ?")
                    .params(sync.name(), token, orphan.id())
                    .update();
            return true;
        });
    }
}
