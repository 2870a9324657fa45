package io.cohortsync.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.cohortsync.drift.Verified;
import io.cohortsync.held.HeldPlan;
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
        List<LinkView> targets) {

    /**
     * A link as the API shows it.
     *
     * @param state of its last run, or {@code new}
     * @param desired members the last complete snapshot wants there; absent before the first
     * @param acknowledged members the target is known to hold
     * @param drift changes of the last complete snapshot neither acknowledged nor settled, and those that fell due since
     * @param settled members the target turned down and that are not due for another try
     * @param held changes that wait for a person
     * @param heldPlan what can be approved or discarded, if something can
     * @param kept members that the cohort does not hold any more and that stay, because a plan was discarded
     * @param verified what was found when a person last had the target asked who is there
     * @param changed what it was filled under and is now, if they differ
     * @param renamed what its source calls the cohort now, if it goes on under another name
     * @param resync whether members are still to be sent again
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record LinkView(
            String target,
            boolean enabled,
            String state,
            Optional<Long> desired,
            long acknowledged,
            Optional<Long> drift,
            long settled,
            long held,
            Optional<HeldPlan> heldPlan,
            long kept,
            long deadLetters,
            Optional<Verified> verified,
            Optional<String> changed,
            Optional<String> renamed,
            Optional<Boolean> resync,
            Optional<String> error) {}
}
