package io.cohortsync.diff;

import io.cohortsync.held.Decisions;
import io.cohortsync.link.Link;
import io.cohortsync.source.Chunk;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Compares snapshots with what targets have acknowledged. */
public interface Diff {

    /**
     * Begins a pass over one snapshot.
     *
     * @param links the links to compare it with, each with the members in doubt there
     * @param columns for each link, which value of a row is its member key
     * @param decisions for those links of which a person has decided something, what
     * @param now decides which turned-down members are due for another try
     */
    Pass begin(
            Map<Link, Collection<Doubt>> links,
            Map<Link, Integer> columns,
            Map<Link, Decisions> decisions,
            Instant now);

    /** One pass over one snapshot. Not safe for use by several threads at once. */
    interface Pass {

        /** Takes the next records of the snapshot. */
        void accept(Chunk chunk);

        /** The wall: to be called only when the snapshot is complete. */
        List<LinkPlan> complete();

        /** Gives back what it holds in memory and on disk; its plans cannot be read any more. To be called once. */
        void close();
    }
}
