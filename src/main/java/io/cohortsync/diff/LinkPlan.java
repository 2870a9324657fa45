package io.cohortsync.diff;

import io.cohortsync.link.Link;
import java.util.Iterator;
import java.util.List;

/**
 * What a complete snapshot asks of one link. The changes are read once, enters before exits, in the order of their
 * fingerprints, and before the pass they come from is closed. What the link's run stores is told here, so that the next
 * run need not load the link's members again.
 */
public interface LinkPlan {

    Link link();

    ReadCounts counts();

    Iterator<PlannedChange> enters();

    Iterator<PlannedChange> exits();

    /** Members that the target had turned down and that the snapshot no longer wants: forgotten, nothing is sent. */
    Iterator<PlannedChange> noLongerWanted();

    /** Members whose removal the target had refused and whom the snapshot wants again: nothing is sent. */
    Iterator<PlannedChange> wantedAgain();

    /**
     * One transaction that raised the link's version by one is committed.
     *
     * @param acknowledged the members of whom it stored that they are, and that no change of them was turned down
     * @param notAcknowledged the others of whom it stored anything
     */
    void stored(List<PlannedChange> acknowledged, List<PlannedChange> notAcknowledged);

    /** It is not known whether a transaction was committed. */
    void lostTrack();
}
