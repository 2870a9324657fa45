package io.cohortsync.flow;

import io.cohortsync.run.Syncs;
import io.cohortsync.target.Targets;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Route;
import org.apache.camel.support.RoutePolicySupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Writes the pause flag when somebody suspends or resumes (or stops or starts) the route of a sync or target over JMX, so
 * that it means the same as pausing over the API: on every node, and after a restart.
 */
@Component
class PausePolicy extends RoutePolicySupport {

    private static final Logger LOG = LoggerFactory.getLogger(PausePolicy.class);
    private static final String SYNC = "sync-";
    private static final String TARGET = "target-";

    private final Syncs syncs;
    private final Targets targets;

    /** Set while this node itself makes a route follow the flag. */
    private final ThreadLocal<Boolean> following = ThreadLocal.withInitial(() -> false);

    PausePolicy(Syncs syncs, Targets targets) {
        this.syncs = syncs;
        this.targets = targets;
    }

    boolean appliesTo(String routeId) {
        return routeId.startsWith(SYNC) || routeId.startsWith(TARGET);
    }

    /** The routes that are to be suspended. */
    Set<String> paused() {
        return Stream.concat(
                        syncs.paused().stream().map(SYNC::concat),
                        targets.paused().stream().map(TARGET::concat))
                .collect(Collectors.toSet());
    }

    /** Does something to a route because the flag says so, without writing the flag. */
    void follow(Change change) throws Exception {
        following.set(true);
        try {
            change.make();
        } finally {
            following.remove();
        }
    }

    interface Change {
        void make() throws Exception;
    }

    @Override
    public void onSuspend(Route route) {
        write(route, true);
    }

    @Override
    public void onStop(Route route) {
        write(route, true);
    }

    @Override
    public void onResume(Route route) {
        write(route, false);
    }

    @Override
    public void onStart(Route route) {
        write(route, false);
    }

    private void write(Route route, boolean paused) {
        // Routes also start and stop with the node, which is nobody's wish.
        if (following.get() || !route.getCamelContext().getStatus().isStarted()) {
            return;
        }
        String id = route.getRouteId();
        try {
            if (id.startsWith(SYNC)) {
                syncs.pause(id.substring(SYNC.length()), paused);
            } else {
                targets.pause(id.substring(TARGET.length()), paused);
            }
            LOG.info("{} was {} by hand", id, paused ? "paused" : "resumed");
        } catch (DataAccessException e) {
            // An exception would leave the route in no state at all; the flag, which did not change, puts it back.
            LOG.error(
                    "{} cannot be {}, the state database does not answer: {}",
                    id,
                    paused ? "paused" : "resumed",
                    e.getMostSpecificCause().getMessage());
        }
    }
}
