package io.cohortsync.overview;

import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.state.StateWatch;
import io.cohortsync.target.Targets;
import io.cohortsync.target.Targets.Condition;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** How everything stood not long ago, for tools that ask often and for every number on its own. */
@Component
class Overview {

    private static final Logger LOG = LoggerFactory.getLogger(Overview.class);
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Settings settings;
    private final SyncStates states;
    private final Targets targets;
    private final StateWatch stateWatch;
    private Optional<Everything> last = Optional.empty();
    private long readAt = System.nanoTime() - FRESH_NANOS;

    Overview(Settings settings, SyncStates states, Targets targets, StateWatch stateWatch) {
        this.settings = settings;
        this.states = states;
        this.targets = targets;
        this.stateWatch = stateWatch;
    }

    /** Every enabled sync and every target, by name. */
    record Everything(Map<String, SyncState> syncs, Map<String, Condition> targets) {}

    /** Empty: the state database does not answer. */
    synchronized Optional<Everything> glance() {
        if (stateWatch.isAway()) {
            // Known already: nobody need wait for it once more.
            return Optional.empty();
        }
        if (System.nanoTime() - readAt >= FRESH_NANOS) {
            last = read();
            readAt = System.nanoTime();
        }
        return last;
    }

    private Optional<Everything> read() {
        try {
            Map<String, SyncState> syncs = new TreeMap<>();
            for (SyncSettings sync : settings.syncs().values()) {
                if (sync.inUse()) {
                    syncs.put(sync.name(), states.of(sync));
                }
            }
            Map<String, Condition> all = new TreeMap<>();
            settings.targets().keySet().forEach(target -> all.put(target, targets.read(target)));
            return Optional.of(new Everything(syncs, all));
        } catch (DataAccessException e) {
            LOG.debug("how everything stands cannot be told while the state database does not answer", e);
            return Optional.empty();
        }
    }

    Optional<SyncState> sync(String name) {
        return glance().map(all -> all.syncs().get(name));
    }

    Optional<LinkState> link(String sync, String target) {
        return sync(sync).stream()
                .flatMap(state -> state.links().stream())
                .filter(link -> link.target().equals(target))
                .findFirst();
    }

    Optional<Condition> target(String name) {
        return glance().map(all -> all.targets().get(name));
    }
}
