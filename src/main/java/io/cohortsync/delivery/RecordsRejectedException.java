package io.cohortsync.delivery;

/** Known before any call: the target would refuse these records. Thrown by a destination's shape. */
public class RecordsRejectedException extends RuntimeException {

    public RecordsRejectedException(String why) {
        super(why);
    }
}
