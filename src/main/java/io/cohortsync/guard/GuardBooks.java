package io.cohortsync.guard;

import io.cohortsync.diff.LinkPlan;
import io.cohortsync.held.HeldPlan;
import io.cohortsync.held.HeldPlans;
import io.cohortsync.link.LinkVersions;
import io.cohortsync.run.Run;
import java.time.Clock;
import java.util.Optional;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Writes down what of a run's plans waits for a person; {@code guardBooks} in the routes. */
@Component
public class GuardBooks {

    private static final String DECIDED_MEANWHILE =
            "exits held: a person has decided about this link while it was read, and the next run goes by that";

    private final HeldPlans heldPlans;
    private final LinkVersions versions;
    private final TransactionOperations transactions;
    private final Clock clock;

    GuardBooks(HeldPlans heldPlans, LinkVersions versions, TransactionOperations transactions, Clock clock) {
        this.heldPlans = heldPlans;
        this.versions = versions;
        this.transactions = transactions;
        this.clock = clock;
    }

    /**
     * The plan that waits now replaces the one that did; a harmless one ends the waiting.
     *
     * @return what may be sent: of a snapshot that was compared before a person decided something, nobody is removed
     */
    public Cleared record(Run run, Cleared cleared) {
        LinkPlan plan = cleared.plan();
        if (plan.link().identityChange().isPresent() || cleared.isBroken()) {
            // Such a snapshot says nothing of what was held before.
            return cleared;
        }
        Optional<HeldPlan> held = cleared.planId()
                .filter(id -> cleared.held() > 0)
                .map(id -> new HeldPlan(
                        id,
                        cleared.enters().held(),
                        cleared.exits().held(),
                        cleared.reasons().orElseThrow(),
                        run.id(),
                        clock.instant()));
        long link = plan.link().id();
        return transactions.execute(tx -> {
            if (!versions.lock(link, run.lease().token())) {
                return cleared;
            }
            boolean decided = heldPlans.isDecidedSince(link, plan.decisions());
            if (!decided) {
                heldPlans.replace(
                        link,
                        held,
                        () -> cleared.enters().held(plan.enterPrints()),
                        () -> cleared.exits().held(Guard.leaving(plan)));
            }
            heldPlans.end(link, plan.decisions(), plan.enterPrints(), plan.exitPrints());
            return decided ? cleared.nobodyLeaves(DECIDED_MEANWHILE) : cleared;
        });
    }
}
