package io.cohortsync.delivery;

import java.time.Duration;
import java.util.Optional;

/**
 * What a failed attempt says.
 *
 * @param kind what to do about it
 * @param words what the vendor, or the network, said; no secrets, no member keys
 * @param status the HTTP status; empty: no answer came
 * @param maybeApplied whether the target may have applied the call all the same
 * @param retryAfter how long the target asks to be left alone
 */
public record Failure(
        Kind kind, String words, Optional<Integer> status, boolean maybeApplied, Optional<Duration> retryAfter) {

    static final Failure NONE = new Failure(Kind.TRY_LATER, "", Optional.empty(), false, Optional.empty());

    /** What to do about a failure. */
    public enum Kind {
        /** No call was made, since the target's route does not run. */
        NOT_TRIED,
        /** Nothing may be sent to this link until a person has decided something. */
        HELD,
        /** The same call may succeed later. */
        TRY_LATER,
        /** The target refuses something in the call. */
        RECORDS_REJECTED,
        /** No call can succeed until a person changes something. */
        MISCONFIGURED
    }
}
