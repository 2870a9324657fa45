package io.cohortsync.delivery;

import io.cohortsync.diff.LinkPlan;
import io.cohortsync.diff.PlannedChange;
import io.cohortsync.link.Link;
import io.cohortsync.link.LinkVersions;
import io.cohortsync.run.Run;
import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * What a run stores of one of its links. Every transaction begins by checking that the sync's lease is still this run's,
 * raises the link's version, and tells the plan what was stored.
 */
@Component
class LinkTransactions {

    private final TransactionOperations transactions;
    private final LinkVersions versions;

    LinkTransactions(TransactionOperations transactions, LinkVersions versions) {
        this.transactions = transactions;
        this.versions = versions;
    }

    /**
     * What a transaction says of members.
     *
     * @param in of these, that they are acknowledged and that no change of them was turned down
     * @param out of these, anything else
     * @param acknowledged by how many more members the target is now known to hold
     * @param exitsSent whether exits are about to be sent, so that an enter after them is a new message
     */
    record Stored(List<PlannedChange> in, List<PlannedChange> out, long acknowledged, boolean exitsSent) {

        static final Stored NOTHING = new Stored(List.of(), List.of(), 0, false);
    }

    /** @throws LeaseLostException if the lease is not this run's any more; nothing is stored */
    void write(Run run, LinkPlan plan, Stored stored, Runnable work) {
        try {
            transactions.executeWithoutResult(tx -> {
                Link link = plan.link();
                if (!versions.raise(link.id(), run.lease().token(), stored.acknowledged(), stored.exitsSent())) {
                    throw new LeaseLostException(link.name());
                }
                work.run();
            });
        } catch (RuntimeException | Error e) {
            plan.lostTrack();
            throw e;
        }
        plan.stored(stored.in(), stored.out());
    }
}
