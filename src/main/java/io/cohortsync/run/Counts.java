package io.cohortsync.run;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Every record and every change of one link in one run, each counted once. */
public record Counts(
        long invalid,
        long anonymous,
        long duplicate,
        long same,
        long settled,
        long enter,
        long exit,
        long accepted,
        long unmatched,
        long rejected,
        long failed,
        long unknown,
        long held,
        long waiting) {

    /** How many changes have this outcome. */
    public long of(Outcome outcome) {
        return switch (outcome) {
            case ACCEPTED -> accepted;
            case UNMATCHED -> unmatched;
            case REJECTED -> rejected;
            case FAILED -> failed;
            case UNKNOWN -> unknown;
            case HELD -> held;
            case WAITING -> waiting;
        };
    }

    /** Changes that have no outcome yet. */
    public long undecided() {
        return enter + exit - accepted - unmatched - rejected - failed - unknown - held - waiting;
    }

    /** Desired changes neither acknowledged nor settled. */
    @JsonProperty
    public long drift() {
        return enter + exit - accepted - unmatched - rejected;
    }
}
