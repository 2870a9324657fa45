package io.cohortsync.run;

import java.time.Duration;

/**
 * The right to run one sync, on one node at a time. It ends by itself unless renewed; whoever takes it next has a higher
 * token, and the database refuses writes under a lower one.
 */
public final class Lease {

    /** How long it lasts without renewal. */
    public static final Duration LENGTH = Duration.ofSeconds(20);

    /** How often it is renewed. */
    public static final Duration RENEWAL = Duration.ofSeconds(5);

    /** The longest that one request may take; a request begins only while the lease outlasts it. */
    public static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(10);

    private final String sync;
    private final long token;
    private volatile long endsAt;

    /** @param takenAt {@link System#nanoTime()} before the database was asked, so that the local deadline errs early */
    Lease(String sync, long token, long takenAt) {
        this.sync = sync;
        this.token = token;
        renewed(takenAt);
    }

    String sync() {
        return sync;
    }

    public long token() {
        return token;
    }

    void renewed(long askedAt) {
        endsAt = askedAt + LENGTH.toNanos();
    }

    void lost() {
        endsAt = System.nanoTime() - 1;
    }

    /** Whether a request that begins now is answered, or has timed out, before the lease can end. */
    public boolean outlastsARequest() {
        return endsAt - System.nanoTime() > RESPONSE_TIMEOUT.toNanos();
    }
}
