package io.cohortsync.run;

import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.schedule.Schedule;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * The syncs that may be overdue, because this node started or slept, or their pause has ended, or a firing of theirs found
 * no state database; {@link Runs#begin} tells which are; {@code overdue} in the routes.
 */
@Component
public class Overdue {

    private static final Logger LOG = LoggerFactory.getLogger(Overdue.class);

    /** Timers do not fire while the machine sleeps, and skip what was due. */
    private static final Duration A_SLEEP = Duration.ofMinutes(1);

    private final Syncs syncs;
    private final Clock clock;
    private final Settings settings;
    private final List<String> scheduled;
    private final Set<String> toLookAt = ConcurrentHashMap.newKeySet();
    private final Set<String> lookedAt = ConcurrentHashMap.newKeySet();
    private Instant lastAsked = Instant.EPOCH;

    Overdue(Settings settings, Syncs syncs, Clock clock) {
        this.settings = settings;
        this.syncs = syncs;
        this.clock = clock;
        this.scheduled = settings.syncs().values().stream()
                .filter(sync -> sync.inUse() && !(sync.schedule() instanceof Schedule.Manual))
                .map(SyncSettings::name)
                .toList();
    }

    /** Asked again and again, because the lease of a node that died a moment ago still runs. */
    public List<String> syncs() {
        try {
            return look();
        } catch (DataAccessException e) {
            LOG.debug("whether a sync is overdue cannot be told while the state database does not answer", e);
            return List.of();
        }
    }

    private synchronized List<String> look() {
        Instant now = clock.instant();
        if (Duration.between(lastAsked, now).compareTo(A_SLEEP) > 0) {
            toLookAt.addAll(scheduled);
        }
        lastAsked = now;
        Set<String> paused = syncs.paused();
        scheduled.stream().filter(paused::contains).forEach(toLookAt::add);
        return toLookAt.stream().filter(sync -> !paused.contains(sync)).toList();
    }

    /** This one may be overdue; an orphan's run is begun again by whoever wants its members removed. */
    void lookAt(String sync) {
        if (settings.syncs().containsKey(sync)) {
            toLookAt.add(sync);
        }
    }

    /** Whether nobody has asked this before of a sync, since the start. */
    boolean isFirstLook(String sync) {
        return lookedAt.add(sync);
    }

    /** Whether it was overdue is settled, or there is nothing to do: it is not looked at again until its time comes. */
    public void settled(String sync) {
        toLookAt.remove(sync);
    }
}
