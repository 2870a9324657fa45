package io.cohortsync.acknowledged;

import io.cohortsync.link.Link;
import io.cohortsync.link.LinkVersions;
import io.cohortsync.link.Links;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.membership.Standing;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Changes outside of runs who is acknowledged. Every transaction begins by raising the link's version, which also locks
 * its row: of two nodes that add the same key at once, the second sees what the first wrote.
 *
 * <p>While a run is under way its plan, and how it counts, stand on what was acknowledged when it began. What is confirmed
 * meanwhile waits beside {@code membership} for the next run to begin; what would be taken away is refused.
 */
@Component
class AcknowledgedMembers {

    private static final int AT_ONCE = 1_000;
    private static final String THE_ROW = " where link_id = ? and fingerprint = ? and member_key = ?";

    private final JdbcClient jdbc;
    private final JdbcTemplate batches;
    private final TransactionOperations transactions;
    private final LinkVersions versions;
    private final MembershipStore members;
    private final Links links;
    private final Processes processes;
    private final Clock clock;
    private final Set<Long> remembered = ConcurrentHashMap.newKeySet();

    AcknowledgedMembers(
            JdbcClient jdbc,
            JdbcTemplate batches,
            TransactionOperations transactions,
            LinkVersions versions,
            MembershipStore members,
            Links links,
            Processes processes,
            Clock clock) {
        this.jdbc = jdbc;
        this.batches = batches;
        this.transactions = transactions;
        this.versions = versions;
        this.members = members;
        this.links = links;
        this.processes = processes;
        this.clock = clock;
    }

    /** How many members the target is known to hold, as the link's row says. */
    long count(LinkRow link) {
        return jdbc.sql("select acknowledged from link where id = ?")
                .param(link.id())
                .query(Long.class)
                .single();
    }

    boolean contains(LinkRow link, MemberKey key) {
        return isAcknowledged(link, key) || isOnItsWay(link, key);
    }

    /** Takes a key for this process; false: it is known already. */
    boolean add(LinkRow link, MemberKey key) {
        // Most keys are known, and then nothing has to be locked.
        return !contains(link, key) && writeRemembering(link, () -> addIfAbsent(link, key));
    }

    private boolean addIfAbsent(LinkRow link, MemberKey key) {
        if (contains(link, key)) {
            return false;
        }
        forgetUnconfirmed(link.id(), List.of(key));
        insertUnconfirmed(link, key, false);
        return true;
    }

    void confirm(LinkRow link, MemberKey key) {
        writeRemembering(link, () -> {
            forgetUnconfirmed(link.id(), List.of(key));
            if (!isRunUnderWay(link)) {
                acknowledge(link.id(), List.of(key));
            } else if (!isAcknowledged(link, key)) {
                insertUnconfirmed(link, key, true);
            }
            return true;
        });
    }

    /** Forgets a key, acknowledged or not; false: it was not known. */
    boolean remove(LinkRow link, MemberKey key) {
        return write(link, () -> {
            boolean removed = forgetUnconfirmed(link.id(), List.of(key)) > 0;
            if (isAcknowledged(link, key)) {
                refuseDuringARun(link);
                members.delete(link.id(), List.of(row(key, 0)));
                forgetDeadLetters(link.id(), List.of(key));
                // A raised exit epoch: whoever enters again must not carry the message id of the first time.
                jdbc.sql("update link set acknowledged = acknowledged - 1, exit_epoch = exit_epoch + 1 where id = ?")
                        .param(link.id())
                        .update();
                removed = true;
            }
            return removed;
        });
    }

    /** Forgets all that is known of a link's members, as if it were new. */
    void clear(LinkRow link) {
        write(link, () -> {
            refuseDuringARun(link);
            for (String table : List.of("unconfirmed", "membership", "dead_letter")) {
                jdbc.sql("delete from " + table + " where link_id = ?")
                        .param(link.id())
                        .update();
            }
            jdbc.sql("update link set acknowledged = 0, exit_epoch = exit_epoch + 1 where id = ?")
                    .param(link.id())
                    .update();
            return true;
        });
    }

    /** Acknowledges what was confirmed during an earlier run, for the run that begins under this token to see it. */
    void acknowledgeWaiting(long link, long token) {
        // A run whose link nobody else writes to leaves its version as it was, for what is known in memory to stay
        // good.
        boolean more = !waiting(link).isEmpty();
        while (more) {
            more = transactions.execute(tx -> {
                boolean ours = versions.raise(link, token, 0, false);
                List<MemberKey> waiting = ours ? waiting(link) : List.of();
                acknowledge(link, waiting);
                forgetUnconfirmed(link, waiting);
                return waiting.size() == AT_ONCE;
            });
        }
    }

    private List<MemberKey> waiting(long link) {
        return jdbc.sql("select fingerprint, member_key from unconfirmed where link_id = ? and confirmed fetch first "
                        + AT_ONCE + " rows only")
                .param(link)
                .query((rs, i) -> new MemberKey(rs.getLong(1), rs.getString(2)))
                .list();
    }

    @FunctionalInterface
    private interface Change {
        boolean make();
    }

    private boolean write(LinkRow link, Change change) {
        return transactions.execute(tx -> {
            versions.raise(link.id());
            return change.make();
        });
    }

    private boolean writeRemembering(LinkRow link, Change change) {
        boolean made = write(link, () -> {
            remember(link);
            return change.make();
        });
        // Not before it is committed.
        remembered.add(link.id());
        return made;
    }

    /** The first member makes a link one that is filled under something; the next run must not take it for untouched. */
    private void remember(LinkRow link) {
        if (remembered.contains(link.id())) {
            return;
        }
        Link now = links.stored(link.sync(), link.settings());
        now.identityChange().ifPresent(change -> {
            throw new IllegalStateException(now.name() + " was filled under another configuration (" + change
                    + "): nothing is added to it until that is settled");
        });
        links.remember(link.sync(), now);
    }

    private void acknowledge(long link, List<MemberKey> keys) {
        if (keys.isEmpty()) {
            return;
        }
        Instant now = clock.instant();
        long run = lastRun();
        Map<MemberKey, Standing> known = standings(link, keys);
        List<MemberKey> fresh =
                keys.stream().filter(key -> !known.containsKey(key)).toList();
        List<MemberKey> turnedDown = keys.stream()
                .filter(key -> known.getOrDefault(key, Standing.ACKNOWLEDGED) != Standing.ACKNOWLEDGED)
                .toList();
        members.insert(link, fresh.stream().map(key -> row(key, run)).toList(), now);
        members.update(link, turnedDown.stream().map(key -> row(key, run)).toList(), now);
        forgetDeadLetters(link, turnedDown);
        jdbc.sql("update link set acknowledged = acknowledged + ? where id = ?")
                .params(fresh.size() + turnedDown.size(), link)
                .update();
    }

    /**
     * Stands for the run that acknowledged. An exit hangs its message id on an earlier run than the one that sends it, so
     * no exit that was sent before can have hung on the last run there was.
     */
    private long lastRun() {
        return jdbc.sql("select coalesce(max(id), 0) from run")
                .query(Long.class)
                .single();
    }

    private static Member row(MemberKey key, long run) {
        return new Member(key.fingerprint(), key.key(), Standing.ACKNOWLEDGED, run, 0, Optional.empty());
    }

    private boolean isAcknowledged(LinkRow link, MemberKey key) {
        return standings(link.id(), List.of(key)).get(key) == Standing.ACKNOWLEDGED;
    }

    private Map<MemberKey, Standing> standings(long link, List<MemberKey> keys) {
        Set<Long> prints = keys.stream().map(MemberKey::fingerprint).collect(Collectors.toSet());
        return members.find(link, prints).stream()
                .collect(Collectors.toMap(
                        member -> new MemberKey(member.fingerprint(), member.key()), Member::standing));
    }

    private boolean isOnItsWay(LinkRow link, MemberKey key) {
        return jdbc.sql("select count(*) from unconfirmed" + THE_ROW
                                + " and (confirmed or exists (select 1 from process"
                                + " where process.token = unconfirmed.process and alive_until >= current_timestamp))")
                        .params(link.id(), key.fingerprint(), key.key())
                        .query(Long.class)
                        .single()
                > 0;
    }

    private void insertUnconfirmed(LinkRow link, MemberKey key, boolean confirmed) {
        jdbc.sql("insert into unconfirmed (link_id, fingerprint, member_key, process, confirmed, added_at)"
                        + " values (?, ?, ?, ?, ?, ?)")
                .params(link.id(), key.fingerprint(), key.key(), processes.token(), confirmed)
                .param(Timestamp.from(clock.instant()))
                .update();
    }

    private int forgetUnconfirmed(long link, List<MemberKey> keys) {
        return delete("unconfirmed", link, keys);
    }

    private void forgetDeadLetters(long link, List<MemberKey> keys) {
        delete("dead_letter", link, keys);
    }

    private int delete(String table, long link, List<MemberKey> keys) {
        List<Object[]> rows = keys.stream()
                .map(key -> new Object[] {link, key.fingerprint(), key.key()})
                .toList();
        int deleted = 0;
        for (int count : batches.batchUpdate("delete from " + table + THE_ROW, rows)) {
            deleted += count;
        }
        return deleted;
    }

    private void refuseDuringARun(LinkRow link) {
        if (isRunUnderWay(link)) {
            throw new IllegalStateException("A run of " + link.sync().name()
                    + " is under way, or was cut off, and counts on who is acknowledged: try again after the next run");
        }
    }

    /** A run takes the lease, then the links' rows, then looks: one that is not seen here waits for this transaction. */
    private boolean isRunUnderWay(LinkRow link) {
        return jdbc.sql("select count(*) from sync where name = ? and (lease_until >= current_timestamp or exists"
                                + " (select 1 from run where run.sync = sync.name and run.state = 'running'))")
                        .param(link.sync().name())
                        .query(Long.class)
                        .single()
                > 0;
    }
}
