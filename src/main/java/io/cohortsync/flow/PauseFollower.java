package io.cohortsync.flow;

import io.cohortsync.run.Syncs;
import io.cohortsync.target.Targets;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Makes this node's routes follow the pause flags, whoever set them and on whichever node. */
@Component
class PauseFollower {

    private static final Logger LOG = LoggerFactory.getLogger(PauseFollower.class);

    private final CamelContext camel;
    private final Syncs syncs;
    private final Targets targets;
    private final PausePolicy policy;

    PauseFollower(CamelContext camel, Syncs syncs, Targets targets, PausePolicy policy) {
        this.camel = camel;
        this.syncs = syncs;
        this.targets = targets;
        this.policy = policy;
    }

    @Scheduled(fixedDelay = 1, timeUnit = TimeUnit.SECONDS)
    void followAll() {
        if (!camel.getStatus().isStarted()) {
            return;
        }
        try {
            for (Route route : camel.getRoutes()) {
                String id = route.getRouteId();
                if (id.startsWith("sync-")) {
                    follow(id, syncs.read(id.substring("sync-".length())).paused());
                } else if (id.startsWith("target-")) {
                    follow(id, targets.read(id.substring("target-".length())).paused());
                }
            }
        } catch (DataAccessException e) {
            LOG.debug("the pause flags cannot be read", e);
        }
    }

    private void follow(String route, boolean paused) {
        ServiceStatus status = camel.getRouteController().getRouteStatus(route);
        try {
            if (paused && status.isStarted()) {
                policy.follow(() -> camel.getRouteController().suspendRoute(route));
            } else if (!paused && status.isSuspended()) {
                policy.follow(() -> camel.getRouteController().resumeRoute(route));
            } else if (!paused && status.isStopped()) {
                policy.follow(() -> camel.getRouteController().startRoute(route));
            }
        } catch (Exception e) {
            LOG.warn("route {} could not be {}: {}", route, paused ? "suspended" : "resumed", e.getMessage());
        }
    }
}
