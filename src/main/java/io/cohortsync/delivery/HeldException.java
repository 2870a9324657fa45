package io.cohortsync.delivery;

/** Nothing may be sent to a link's list until a person has decided something, and what; no record is to blame. */
public class HeldException extends RuntimeException {

    public HeldException(String why) {
        super(why);
    }
}
