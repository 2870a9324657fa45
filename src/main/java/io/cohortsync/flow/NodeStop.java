package io.cohortsync.flow;

import io.cohortsync.run.Lease;
import io.cohortsync.run.StoppingRuns;
import java.time.Duration;
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

    private final StoppingRuns runs;

    NodeStop(StoppingRuns runs) {
        this.runs = runs;
    }

    @EventListener(ContextClosedEvent.class)
    @Order(Ordered.HIGHEST_PRECEDENCE)
    void endRuns() throws InterruptedException {
        runs.stopAll(PATIENCE);
    }
}
