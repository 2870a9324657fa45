package io.cohortsync.flow;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
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
    private final PausePolicy policy;

    PauseFollower(CamelContext camel, PausePolicy policy) {
        this.camel = camel;
        this.policy = policy;
    }

    @Scheduled(fixedDelay = 1, timeUnit = TimeUnit.SECONDS)
    void followAll() {
        if (!camel.getStatus().isStarted()) {
            return;
        }
        try {
            // States first: somebody who steers a route over JMX has written the flag before the route's state changes,
            // so what looks contradictory here was not brought about by hand, and nothing of that kind is undone.
            Map<String, ServiceStatus> states = new HashMap<>();
            for (Route route : camel.getRoutes()) {
                if (policy.appliesTo(route.getRouteId())) {
                    states.put(route.getRouteId(), camel.getRouteController().getRouteStatus(route.getRouteId()));
                }
            }
            Set<String> paused = policy.paused();
            states.forEach((route, state) -> follow(route, state, paused.contains(route)));
        } catch (DataAccessException e) {
            LOG.debug("the pause flags cannot be read", e);
        }
    }

    private void follow(String route, ServiceStatus status, boolean paused) {
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
