package io.cohortsync.run;

import io.cohortsync.state.StoredTime;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Takes, renews and gives back leases. Time is the database's, so nodes need not agree about it. */
@Component
class Leases {

    private static final Logger LOG = LoggerFactory.getLogger(Leases.class);

    private static final String END = "current_timestamp + interval '" + Lease.LENGTH.toSeconds() + "' second";

    /** A quarantined sync is slowed. */
    private static final String MAY_BE_TRIED = " and (next_try is null or next_try <= ?)";

    private static final String SOON = "current_timestamp + interval '1' minute";

    /** A node whose clock was days ahead has taken the firings of those days; they come all the same. */
    private static final String NOT_TAKEN = "(last_fire < ? or (last_fire > " + SOON + " and ? <= " + SOON + "))";

    /** A run that delivers is the follow-up, if one was asked for. */
    private static final String FOLLOWS = ", follow_up = false, follow_up_by_hand = false";

    private final JdbcClient jdbc;
    private final String node = ManagementFactory.getRuntimeMXBean().getName();
    private final Set<Lease> held = ConcurrentHashMap.newKeySet();

    Leases(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Takes the lease for a firing, unless it is held, the firing was taken before, or the sync is paused or quarantined. */
    Optional<Lease> takeForFiring(String sync, Instant fire) {
        OffsetDateTime at = StoredTime.of(fire);
        return take(
                sync,
                FOLLOWS + ", last_fire = ?",
                " and " + NOT_TAKEN + MAY_BE_TRIED,
                List.of(at),
                List.of(at, at, at));
    }

    /**
     * Takes the lease after a start, if the last due time was missed, the last run was cut off, a follow-up that was asked
     * for never began or, where that counts, no run ever succeeded.
     */
    Optional<Lease> takeIfOverdue(String sync, Instant due, Instant now, boolean neverSucceededCounts) {
        OffsetDateTime at = StoredTime.of(due);
        return take(
                sync,
                FOLLOWS + ", last_fire = ?",
                " and (" + NOT_TAKEN + " or follow_up or (? and last_success is null)"
                        + " or exists (select 1 from run where run.sync = sync.name and run.state = 'running'))"
                        + MAY_BE_TRIED,
                List.of(at),
                List.of(at, at, neverSucceededCounts, StoredTime.of(now)));
    }

    /** Takes the lease for the follow-up that was asked for, unless another run began since and so is it. */
    Optional<Lease> takeForFollowUp(String sync, Instant now) {
        return take(
                sync,
                FOLLOWS,
                " and follow_up and (follow_up_by_hand or next_try is null or next_try <= ?)",
                List.of(),
                List.of(StoredTime.of(now)));
    }

    /** Takes the lease because what was pushed has changed. */
    Optional<Lease> takeForChange(String sync, Instant now) {
        return take(sync, FOLLOWS, MAY_BE_TRIED, List.of(), List.of(StoredTime.of(now)));
    }

    /** Takes the lease for a person, unless it is held or the sync is paused. */
    Optional<Lease> take(String sync) {
        return take(sync, FOLLOWS, "", List.of(), List.of());
    }

    /** As the other, and a follow-up is owed as before, because the run does not deliver the cohort. */
    Optional<Lease> takeAside(String sync) {
        return take(sync, "", "", List.of(), List.of());
    }

    private Optional<Lease> take(String sync, String set, String where, List<Object> setting, List<Object> wanted) {
        long asked = System.nanoTime();
        String owner = node + "/" + UUID.randomUUID();
        int taken = jdbc.sql("update sync set token = token + 1, owner = ?, lease_until = " + END + set
                        + " where name = ? and lease_until < current_timestamp and not paused" + where)
                .param(owner)
                .params(setting)
                .param(sync)
                .params(wanted)
                .update();
        return taken == 0 ? Optional.empty() : taken(sync, owner, asked);
    }

    /**
     * Takes the lease to look at what targets hold, unless it is held: nothing is sent, so a paused sync does not mind, and a
     * follow-up is owed as before.
     */
    Optional<Lease> takeToLook(String sync) {
        long asked = System.nanoTime();
        String owner = node + "/" + UUID.randomUUID();
        int taken = jdbc.sql("update sync set token = token + 1, owner = ?, lease_until = " + END
                        + " where name = ? and lease_until < current_timestamp")
                .params(owner, sync)
                .update();
        return taken == 0 ? Optional.empty() : taken(sync, owner, asked);
    }

    private Optional<Lease> taken(String sync, String owner, long asked) {
        return jdbc.sql("select token from sync where name = ? and owner = ?")
                .params(sync, owner)
                .query(Long.class)
                .optional()
                .map(token -> new Lease(sync, token, asked));
    }

    /** From now on a lease that was taken is renewed: once the transaction in which it was is committed. */
    void hold(Lease lease) {
        held.add(lease);
    }

    /** Whether a run of this sync ever succeeded. */
    boolean everSucceeded(String sync) {
        return jdbc.sql("select last_success is not null from sync where name = ?")
                .param(sync)
                .query(Boolean.class)
                .single();
    }

    /** Whether some node holds the lease; it may have died. */
    boolean isHeld(String sync) {
        return jdbc.sql("select lease_until >= current_timestamp from sync where name = ?")
                .param(sync)
                .query(Boolean.class)
                .single();
    }

    /**
     * Asks that one more run follows the one under way; false: none is under way.
     *
     * @param firing the firing that asks, which several nodes name and one run is for
     * @param byHand whether a person asks
     */
    boolean askForFollowUp(String sync, Optional<Instant> firing, boolean byHand) {
        List<OffsetDateTime> at = firing.map(StoredTime::of).stream().toList();
        String take = at.isEmpty() ? "" : ", last_fire = ?";
        String unlessTaken = at.isEmpty() ? "" : " and " + NOT_TAKEN;
        return jdbc.sql("update sync set follow_up = true, follow_up_by_hand = follow_up_by_hand or ?" + take
                                + " where name = ? and lease_until >= current_timestamp" + unlessTaken)
                        .param(byHand)
                        .params(at)
                        .param(sync)
                        .params(at)
                        .params(at)
                        .update()
                > 0;
    }

    /** Lets a lease run out that cannot be given back. */
    void forget(Lease lease) {
        held.remove(lease);
    }

    /** Gives back the lease of a run that may still be at work: whoever takes it next has a token that this run never had. */
    void giveUp(Lease lease) {
        held.remove(lease);
        jdbc.sql("update sync set token = token + 1, owner = null,"
                        + " lease_until = current_timestamp - interval '1' second where name = ? and token = ?")
                .params(lease.sync(), lease.token())
                .update();
    }

    /** Gives the lease back; true: a follow-up was asked for meanwhile. */
    boolean giveBack(Lease lease, Optional<Instant> success) {
        held.remove(lease);
        success.ifPresent(at -> jdbc.sql("update sync set last_success = ? where name = ? and token = ?")
                .params(StoredTime.of(at), lease.sync(), lease.token())
                .update());
        int released = jdbc.sql("update sync set owner = null, lease_until = current_timestamp - interval '1' second"
                        + " where name = ? and token = ?")
                .params(lease.sync(), lease.token())
                .update();
        return released > 0
                && jdbc.sql("select follow_up from sync where name = ?")
                        .param(lease.sync())
                        .query(Boolean.class)
                        .single();
    }

    @Scheduled(fixedRate = 5, timeUnit = TimeUnit.SECONDS)
    void renew() {
        for (Lease lease : held) {
            long asked = System.nanoTime();
            try {
                int renewed = jdbc.sql("update sync set lease_until = " + END
                                + " where name = ? and token = ? and owner is not null")
                        .params(lease.sync(), lease.token())
                        .update();
                if (renewed > 0) {
                    lease.renewed(asked);
                } else if (held.remove(lease)) {
                    lease.lost();
                    LOG.warn(
                            "{}: this node lost the lease; another node runs it now, and settles what is in doubt",
                            lease.sync());
                }
            } catch (DataAccessException e) {
                LOG.atLevel(lease.isDisturbed() ? Level.DEBUG : Level.WARN)
                        .log(
                                "{}: the lease could not be renewed, no new request begins when it runs out: {}",
                                lease.sync(),
                                e.getMostSpecificCause().getMessage());
                lease.disturbed();
            }
        }
    }
}
