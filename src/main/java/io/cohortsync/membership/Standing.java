package io.cohortsync.membership;

/** What is stored of a member at a link. */
public enum Standing {
    /** No row: the target was never known to hold this member. */
    NONE,
    /** The target has confirmed that it holds this member. */
    ACKNOWLEDGED,
    /** The target does not know this person. */
    UNMATCHED,
    /** The target refuses this member. */
    REJECTED;

    int code() {
        return ordinal();
    }

    static Standing of(int code) {
        return values()[code];
    }
}
