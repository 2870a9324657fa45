package io.cohortsync.diff;

import io.cohortsync.membership.Standing;

/**
 * One change a run wants at one link.
 *
 * @param key the member key
 * @param fingerprint what it is compared by
 * @param enter true: the member is to be added; false: removed
 * @param stored what the link's row of this member said when the run began
 * @param base what the change's message id hangs on: equal on a re-send, never equal across a flip
 */
public record PlannedChange(String key, long fingerprint, boolean enter, Standing stored, String base) {

    /** An enter; its base is raised with every exit that was sent. */
    static PlannedChange enter(String key, long fingerprint, Standing stored, long exitEpoch) {
        return new PlannedChange(key, fingerprint, true, stored, "enter-" + exitEpoch);
    }

    /** An exit; its base is the run that acknowledged the enter, or whose enter is in doubt. */
    static PlannedChange exit(String key, long fingerprint, Standing stored, long run) {
        return new PlannedChange(key, fingerprint, false, stored, "exit-" + run);
    }
}
