package io.cohortsync.run;

import io.cohortsync.config.SyncSettings;
import io.cohortsync.link.Link;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One execution of a sync.
 *
 * @param id its row
 * @param sync what is run, as configured
 * @param lease the right to run it
 * @param links what its snapshot is compared with and delivered to
 * @param startedAt when it began
 * @param reads which state of the cohort it reads, where the source can tell: the same text, the same members and links
 */
public record Run(
        long id, SyncSettings sync, Lease lease, List<Link> links, Instant startedAt, Optional<String> reads) {

    /** The same run with its links as they are stored by now. */
    public Run with(List<Link> current) {
        return new Run(id, sync, lease, current, startedAt, reads);
    }

    Run reading(List<Link> current, Optional<String> state) {
        return new Run(id, sync, lease, current, startedAt, state);
    }

    /** The id alone: what a route's {@code ${variable.run}} shows. */
    @Override
    public String toString() {
        return Long.toString(id);
    }
}
