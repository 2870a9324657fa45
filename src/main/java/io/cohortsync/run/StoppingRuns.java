package io.cohortsync.run;

import io.cohortsync.link.Links;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/** Ends the runs of a node that is told to stop, so that another may go on at once. */
@Component
public class StoppingRuns {

    private static final Logger LOG = LoggerFactory.getLogger(StoppingRuns.class);

    private final Halts halts;
    private final UnderWay underWay;
    private final Leases leases;
    private final Links links;
    private final LinkEnds ends;

    StoppingRuns(Halts halts, UnderWay underWay, Leases leases, Links links, LinkEnds ends) {
        this.halts = halts;
        this.underWay = underWay;
        this.leases = leases;
        this.links = links;
        this.ends = ends;
    }

    /**
     * Ends all runs of this node before it stops, and lets none begin.
     *
     * @param patience how long their calls under way may take; a run that has not ended by then is given up, its books are
     *     closed and its lease is given back all the same
     */
    public void stopAll(Duration patience) throws InterruptedException {
        halts.stopNode();
        int runs = underWay.number();
        if (runs > 0) {
            LOG.info(
                    "Stopping: {} under way, whose calls get {} s to be answered",
                    runs == 1 ? "1 run is" : runs + " runs are",
                    patience.toSeconds());
        }
        underWay.awaitEnd(patience).forEach(this::giveUp);
    }

    private void giveUp(Run run) {
        try {
            // What it still does can be recorded no more, as if another node had taken over.
            run.lease().lost();
            links.claim(run.sync().name(), run.lease().token() + 1);
            ends.cutShort(run.id(), RunState.INCOMPLETE, "the node stopped");
            leases.giveUp(run.lease());
            LOG.warn(
                    "{}: run {} did not end in time and was given up; the next run settles what is in doubt",
                    run.sync().name(),
                    run.id());
        } catch (DataAccessException | TransactionException e) {
            LOG.error(
                    "{}: run {} did not end in time, and the state database does not answer; whoever runs the sync"
                            + " next closes its books",
                    run.sync().name(),
                    run.id());
        }
    }
}
