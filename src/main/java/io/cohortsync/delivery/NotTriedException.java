package io.cohortsync.delivery;

/** A request was not begun, and why; what it would have carried waits for a later run. */
public class NotTriedException extends RuntimeException {

    public NotTriedException(String why) {
        super(why);
    }
}
