package io.cohortsync.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.cohortsync.overview.LinkState;
import io.cohortsync.run.Quarantine.Quarantined;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A sync as the API shows it.
 *
 * @param quarantined why it is tried less and less often, if it is
 * @param lastEvent of a pushed cohort, when anything of it was last received
 * @param stale of a pushed cohort, whether that is longer ago than {@code stale-after}, or never was
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record SyncView(
        String name,
        String source,
        String cohort,
        boolean enabled,
        boolean paused,
        Optional<String> lastRun,
        Optional<String> error,
        Optional<Instant> lastSuccess,
        Optional<Instant> nextRun,
        Optional<Quarantined> quarantined,
        Optional<Instant> lastEvent,
        Optional<Boolean> stale,
        List<LinkState> targets) {}
