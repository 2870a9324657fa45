package io.cohortsync.delivery;

import java.time.Duration;
import java.time.Instant;

/** When a member that a target turned down is tried again: an hour later, then doubling. */
public enum RetryClock {
    /** The person is not known there yet: up to a week. */
    UNMATCHED(Duration.ofDays(7)),
    /** The target refuses it: up to a day. */
    REJECTED(Duration.ofDays(1));

    private static final Duration FIRST = Duration.ofHours(1);

    private final Duration longest;

    RetryClock(Duration longest) {
        this.longest = longest;
    }

    /** @param tries how often it was turned down, this time included */
    public Instant next(Instant now, int tries) {
        Duration wait = FIRST.multipliedBy(1L << Math.min(tries - 1, 10));
        return now.plus(wait.compareTo(longest) < 0 ? wait : longest);
    }
}
