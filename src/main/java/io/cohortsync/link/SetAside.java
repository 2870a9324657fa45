package io.cohortsync.link;

import io.cohortsync.config.SyncSettings;
import io.cohortsync.state.StoredTime;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Makes orphans: a row set aside keeps its members, under the name of a sync that no configuration can have, and with a
 * lease of its own; the link begins anew with another row.
 */
@Component
public class SetAside {

    private static final Logger LOG = LoggerFactory.getLogger(SetAside.class);

    /** No name of a sync holds it. */
    private static final String MARK = "~";

    /** As many characters as are stored of why. */
    private static final int WORDS = 2000;

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final BetweenRuns betweenRuns;
    private final LinkIdentity identities;
    private final Links links;
    private final OrphanLinks orphans;
    private final Clock clock;

    SetAside(
            JdbcClient jdbc,
            TransactionOperations transactions,
            BetweenRuns betweenRuns,
            LinkIdentity identities,
            Links links,
            OrphanLinks orphans,
            Clock clock) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.betweenRuns = betweenRuns;
        this.identities = identities;
        this.links = links;
        this.orphans = orphans;
        this.clock = clock;
    }

    /** The name of the sync that a row has once it is set aside. */
    static String name(String sync, long link) {
        return formerSync(sync) + MARK + link;
    }

    /** The sync that a row belonged to before it was set aside, or still does. */
    public static String formerSync(String sync) {
        int mark = sync.indexOf(MARK);
        return mark < 0 ? sync : sync.substring(0, mark);
    }

    /** Whether a row's sync has a name that says that it was set aside. */
    public static boolean isSetAside(String sync) {
        return sync.contains(MARK);
    }

    /**
     * Why the members of a link whose identity changed cannot be moved from the old place to the new one; empty: they can.
     */
    public Optional<String> cannotMove(SyncSettings sync, Link link) {
        String stored = jdbc.sql("select identity from link where id = ?")
                .param(link.id())
                .query(String.class)
                .single();
        Optional<String> unreachable =
                identities.targetChange(stored, link.settings().target());
        if (unreachable.isPresent()) {
            return unreachable.map(what -> "the former place cannot be reached any more (" + what + ")");
        }
        if (!identities.isElsewhere(stored, sync, link.settings())) {
            return Optional.of("the place is the same, and whom it holds would be removed right after they were added");
        }
        // That removal would send exits to the place that this link fills.
        return orphans.leaving(link.settings())
                .map(orphan -> "orphan " + orphan.id() + " is to be removed from the new place: drop it first, POST"
                        + " /api/orphans/" + orphan.id() + "/drop");
    }

    /**
     * Sets a configured link's row aside, its members to be removed, and gives the link a new row.
     *
     * @throws RunUnderWayException if a run counts on the row
     */
    public void move(SyncSettings sync, Link link, String why) {
        transactions.executeWithoutResult(tx -> {
            long token = betweenRuns.begin(sync.name());
            aside(sync.name(), link.id(), token, Optional.of(why), true);
            links.register(sync);
        });
        LOG.info("{}: {}: set aside as orphan {}, GET /api/orphans", link.name(), why, link.id());
    }

    /**
     * As {@link #move}, by a run of the sync itself.
     *
     * @param token of the run's lease; without it nothing is changed
     */
    void moveDuringRun(SyncSettings sync, Link link, long token, String why) {
        transactions.executeWithoutResult(tx -> {
            int ours = jdbc.sql("update link set version = version + 1 where id = ? and token = ?")
                    .params(link.id(), token)
                    .update();
            if (ours > 0) {
                aside(sync.name(), link.id(), token, Optional.of(why), true);
                links.register(sync);
                links.claim(sync.name(), token);
                LOG.info("{}: {}: set aside as orphan {}, GET /api/orphans", link.name(), why, link.id());
            }
        });
    }

    /**
     * Sets a row aside that no configured link uses, so that what is done to its members has a lease of its own.
     *
     * @throws RunUnderWayException if a run holds the lease of its sync
     */
    public void orphan(String sync, long link) {
        transactions.executeWithoutResult(tx -> aside(sync, link, betweenRuns.begin(sync), Optional.empty(), false));
    }

    private void aside(String sync, long link, long token, Optional<String> why, boolean remove) {
        String name = name(sync, link);
        jdbc.sql("update link set sync = ?, token = ?, version = version + 1, set_aside = ?, removal = ?,"
                        + " orphan_since = coalesce(orphan_since, ?) where id = ?")
                .params(name, token + 1)
                .param(why.map(SetAside::cut).orElse(null))
                .param(remove ? Removal.ASKED.word() : null)
                .params(StoredTime.of(clock.instant()), link)
                .update();
        // Whom a person has kept in the cohort is to leave with it.
        for (String table : List.of("held_plan", "held_members")) {
            jdbc.sql("delete from " + table + " where link_id = ?").param(link).update();
        }
        // It has one already if it was set aside before, and adopted.
        int known = jdbc.sql("update sync set token = ? where name = ?")
                .params(token + 1, name)
                .update();
        if (known == 0) {
            jdbc.sql(
                            "insert into sync (name, token, lease_until, last_fire)"
                                    + " select ?, ?, current_timestamp - interval '1' second, last_fire from sync where name = ?")
                    .params(name, token + 1, sync)
                    .update();
        }
    }

    private static String cut(String words) {
        return words.length() <= WORDS ? words : words.substring(0, WORDS - 1) + "…";
    }
}
