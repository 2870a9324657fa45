package io.cohortsync.guard;

import io.cohortsync.diff.LinkPlan;
import io.cohortsync.held.Decisions;
import io.cohortsync.held.HeldPlan;
import io.cohortsync.held.HeldPlans;
import io.cohortsync.held.Prints;
import io.cohortsync.link.LinkVersions;
import io.cohortsync.run.Run;
import java.time.Clock;
import java.util.Optional;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Writes down what of a run's plans waits for a person; {@code guardBooks} in the routes. */
@Component
public class GuardBooks {

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

    /** The plan that waits now replaces the one that did; a harmless one ends the waiting. */
    public void record(Run run, Cleared cleared) {
        LinkPlan plan = cleared.plan();
        if (plan.link().identityChange().isPresent() || cleared.isBroken()) {
            // Such a snapshot says nothing of what was held before.
            return;
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
        Decisions over = plan.decisions().areNone() ? Decisions.NONE : over(plan);
        transactions.executeWithoutResult(tx -> {
            if (versions.lock(plan.link().id(), run.lease().token())) {
                heldPlans.found(
                        plan.link().id(),
                        held,
                        () -> Prints.of(plan.enterPrints(), Guard.heldOf(cleared.enters())),
                        () -> Prints.of(plan.exitPrints(), Guard.leaving(plan).and(Guard.heldOf(cleared.exits()))),
                        over);
            }
        });
    }

    /** A decision about somebody is over once a snapshot no longer asks for the change. */
    private static Decisions over(LinkPlan plan) {
        Decisions decisions = plan.decisions();
        return new Decisions(
                decisions.mayEnter().without(Prints.of(plan.enterPrints(), decisions.mayEnter()::contains)),
                decisions.mayLeave().without(Prints.of(plan.exitPrints(), decisions.mayLeave()::contains)),
                decisions.kept().without(Prints.of(plan.exitPrints(), decisions.kept()::contains)));
    }
}
