package io.cohortsync.run;

import java.util.Locale;

/** Where a run, or one of its links, has got to. */
public enum RunState {
    RUNNING,
    /** Every change was taken, or the target turned it down for good. */
    SUCCEEDED,
    /** Something is left to do: the next run does it. */
    INCOMPLETE,
    /** Something waits for a person. */
    HELD,
    /** The snapshot was not complete; nothing was sent. */
    FAILED,
    CANCELLED;

    /** As it stands in the database and in the API. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The opposite of {@link #word()}. */
    public static RunState of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
