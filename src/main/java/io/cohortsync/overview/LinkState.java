package io.cohortsync.overview;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.cohortsync.drift.Verified;
import io.cohortsync.held.HeldPlan;
import io.cohortsync.run.RunState;
import java.util.Optional;

/**
 * How one link stands, as the API shows it, too.
 *
 * @param state of its last run, or {@code new}
 * @param desired members the last complete snapshot wants there; empty before the first
 * @param acknowledged members the target is known to hold
 * @param inDoubt members the target may hold, or may hold no longer: no answer came to what was sent of them
 * @param drift changes of the last complete snapshot neither acknowledged nor settled, and those that fell due since
 * @param settled members the target turned down and that are not due for another try
 * @param held changes that wait for a person
 * @param heldWhy why they do
 * @param heldPlan what can be approved or discarded, if something can
 * @param kept members that the cohort does not hold any more and that stay, because a plan was discarded
 * @param verified what was found when a person last had the target asked who is there
 * @param changed what it was filled under and is now, if they differ
 * @param renamed what its source calls the cohort now, if it goes on under another name
 * @param resync true: members are still to be sent again
 * @param decided true: a person has decided about what its last run held, and the next run goes by that
 * @param error what its last run left undone and why
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record LinkState(
        String target,
        boolean enabled,
        String state,
        Optional<Long> desired,
        long acknowledged,
        long inDoubt,
        Optional<Long> drift,
        long settled,
        long held,
        Optional<String> heldWhy,
        Optional<HeldPlan> heldPlan,
        long kept,
        long deadLetters,
        Optional<Verified> verified,
        Optional<String> changed,
        Optional<String> renamed,
        Optional<Boolean> resync,
        Optional<Boolean> decided,
        Optional<String> error) {

    /** Whether nothing more is sent, or not all, until a person has decided. */
    boolean waitsForAPerson() {
        return held > 0 || changed.isPresent() || state.equals(RunState.HELD.word()) && decided.isEmpty();
    }
}
