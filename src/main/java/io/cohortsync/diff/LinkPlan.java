package io.cohortsync.diff;

import io.cohortsync.link.Link;
import java.util.Iterator;

/**
 * What a complete snapshot asks of one link. The changes are read once, enters before exits, in the order of their
 * fingerprints.
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
}
