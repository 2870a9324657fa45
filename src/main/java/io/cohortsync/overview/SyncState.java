package io.cohortsync.overview;

import io.cohortsync.run.Quarantine.Quarantined;
import io.cohortsync.run.RunState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How one sync stands.
 *
 * @param lastRun the state of its last run
 * @param error why that failed, if it did
 * @param quarantined why it is tried less and less often, if it is
 */
public record SyncState(
        String name,
        boolean paused,
        Optional<String> lastRun,
        Optional<String> error,
        Optional<Instant> lastSuccess,
        Optional<Quarantined> quarantined,
        List<LinkState> links) {

    /** Whether somebody should look at it. */
    boolean needsAttention() {
        return quarantined.isPresent()
                || lastRun.filter(state ->
                                state.equals(RunState.FAILED.word()) || state.equals(RunState.INCOMPLETE.word()))
                        .isPresent()
                || links.stream().anyMatch(LinkState::waitsForAPerson);
    }
}
