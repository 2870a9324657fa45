package io.cohortsync.flow;

import io.cohortsync.run.Lease;
import io.cohortsync.run.StoppingRuns;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * Ends this node's runs when it is told to stop, while all that they need still works: their books are closed, and other
 * nodes need not wait for their leases to run out.
 */
@Component
class NodeStop {

    /** By then every call that was under way is answered or has timed out. */
    private static final Duration PATIENCE = Lease.LONGEST_REQUEST;

    /** No run needs the routes any more then; a route that is only suspended waits for its calls far longer. */
    private static final long SECONDS_FOR_ROUTES = 2;

    private final StoppingRuns runs;
    private final CamelContext camel;

    NodeStop(StoppingRuns runs, CamelContext camel) {
        this.runs = runs;
        this.camel = camel;
    }

    @EventListener(ContextClosedEvent.class)
    @Order(Ordered.HIGHEST_PRECEDENCE)
    void endRuns() throws InterruptedException {
        runs.stopAll(PATIENCE);
        camel.getShutdownStrategy().setTimeout(SECONDS_FOR_ROUTES);
    }
}
