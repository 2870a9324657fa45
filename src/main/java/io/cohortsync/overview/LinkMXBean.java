package io.cohortsync.overview;

/** How one link stands, for JMX; what cannot be told is -1 or says so. */
public interface LinkMXBean {

    /** Of its last run, or {@code new}. */
    String getState();

    /** Members the last complete snapshot wants there. */
    long getDesired();

    /** Members the target is known to hold. */
    long getAcknowledged();

    /** Members of whom something was sent and not answered. */
    long getInDoubt();

    /** Changes neither acknowledged nor settled. */
    long getDrift();

    /** Members turned down and not due for another try. */
    long getSettled();

    /** Changes that wait for a person. */
    long getHeld();

    /** Why they do; empty: none does. */
    String getHeldWhy();

    /** By which what is held can be approved or discarded; empty: nothing can. */
    String getHeldPlan();

    /** Members that stay because a plan was discarded. */
    long getKept();

    /** Changes the target refuses. */
    long getDeadLetters();

    /** What its last run left undone and why. */
    String getError();

    /** Before which its sync is not tried, because it keeps failing; empty: it does not. */
    String getQuarantinedUntil();
}
