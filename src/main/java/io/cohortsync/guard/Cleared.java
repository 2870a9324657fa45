package io.cohortsync.guard;

import io.cohortsync.diff.LinkPlan;
import io.cohortsync.link.Link;
import java.util.Optional;

/**
 * A plan after the guard has looked at it.
 *
 * @param plan what the snapshot asks for
 * @param entersHeld why its enters wait for a person; empty: they may go
 * @param exitsHeld why its exits wait for a person; empty: they may go
 */
public record Cleared(LinkPlan plan, Optional<String> entersHeld, Optional<String> exitsHeld) {

    public Link link() {
        return plan.link();
    }

    /** The destination, which decides where the plan goes next. */
    public String destination() {
        return plan.link().settings().target().type();
    }

    /** How many changes wait for a person. */
    public long held() {
        return (entersHeld.isPresent() ? plan.counts().enter() : 0)
                + (exitsHeld.isPresent() ? plan.counts().exit() : 0);
    }

    /** Why something is held, in words. */
    public Optional<String> why() {
        return entersHeld.or(() -> exitsHeld);
    }
}
