package io.cohortsync.amplitude;

import java.time.Instant;

/**
 * A download that Amplitude prepares (contracts, section 3.2).
 *
 * @param source whom for
 * @param id what Amplitude calls it
 * @param giveUp when it must be fetched by
 * @param ready whether its file can be fetched
 */
public record Job(String source, String id, Instant giveUp, boolean ready) {

    /** Whether Amplitude still prepares it. */
    public boolean isRunning() {
        return !ready;
    }

    Job done() {
        return new Job(source, id, giveUp, true);
    }
}
