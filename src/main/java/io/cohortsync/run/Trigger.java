package io.cohortsync.run;

/** Why a run began. */
public enum Trigger {
    /** Its time had come. */
    SCHEDULE,
    /** A due time had passed while no node was up, or it never succeeded. */
    START,
    /** What was pushed has changed. */
    CHANGE,
    /** A person or a tool asked for it. */
    MANUAL,
    /** Dead letters of it are to be sent again. */
    REDRIVE,
    /** Its time came, or it was asked for, while an earlier run was under way. */
    FOLLOW_UP;

    /** As it stands in the database, in the API and in routes. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    /** The opposite of {@link #word()}. */
    public static Trigger of(String word) {
        return valueOf(word.toUpperCase(java.util.Locale.ROOT).replace('-', '_'));
    }
}
