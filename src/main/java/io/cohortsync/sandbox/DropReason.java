package io.cohortsync.sandbox;

import java.util.Locale;

/** Why an event that was answered with 200 has no effect. */
enum DropReason {
    /** Neither userId nor anonymousId (contracts.md 1.3). */
    NO_USER_ANON_ID,
    /** A messageId of 100 characters or more (contracts.md 1.2 names the limit, not the answer: dropping is ours). */
    MESSAGE_ID_TOO_LONG,
    /** A batch entry that is no object or whose type is none of Segment's (contracts.md 1.4; dropping is ours). */
    NO_KNOWN_TYPE;

    String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
