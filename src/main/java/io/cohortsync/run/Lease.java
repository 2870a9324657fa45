package io.cohortsync.run;

import java.time.Duration;

/**
 * The right to run one sync, on one node at a time. It ends by itself unless renewed; whoever takes it next has a higher
 * token, and the database refuses writes under a lower one.
 */
public final class Lease {

    /** How long it lasts without renewal. */
    static final Duration LENGTH = Duration.ofSeconds(20);

    /** The longest that one request may take, to get a connection, to connect and to be answered. */
    public static final Duration LONGEST_REQUEST = Duration.ofSeconds(14);

    private final String sync;
    private final long token;
    private volatile long endsAt;
    private volatile boolean disturbed;

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

    /** The state database was away meanwhile, so the run may have done less than it would have. */
    void disturbed() {
        disturbed = true;
    }

    boolean isDisturbed() {
        return disturbed;
    }

    void lost() {
        endsAt = System.nanoTime() - 1;
    }

    /** Whether it has ended, as far as this node knows. */
    public boolean isOver() {
        return endsAt - System.nanoTime() <= 0;
    }

    /** Whether a request that begins now is answered, or has timed out, before the lease can end. */
    public boolean outlastsARequest() {
        return endsAt - System.nanoTime() > LONGEST_REQUEST.toNanos();
    }
}
