package io.cohortsync.run;

/** What became of one change in one run. */
public enum Outcome {
    /** Taken by the target. */
    ACCEPTED,
    /** The person is not known there. */
    UNMATCHED,
    /** Refused by the target. */
    REJECTED,
    /** Given up for this run. */
    FAILED,
    /** Sent, and no answer came. */
    UNKNOWN,
    /** Waits for approval. */
    HELD,
    /** Not tried. */
    WAITING;

    String column() {
        return this == UNKNOWN ? "unanswered" : word();
    }

    /** As it stands in the API. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
