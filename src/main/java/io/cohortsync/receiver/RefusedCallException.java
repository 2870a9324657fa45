package io.cohortsync.receiver;

/** A call that nothing was taken of. */
public class RefusedCallException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;

    private RefusedCallException(int status, String why) {
        super(why);
        this.status = status;
    }

    /** Nobody knows who sent it. */
    static RefusedCallException unproved(String why) {
        return new RefusedCallException(401, why);
    }

    /** It cannot be read. */
    static RefusedCallException malformed(String why) {
        return new RefusedCallException(400, why);
    }

    static RefusedCallException unknown(String why) {
        return new RefusedCallException(404, why);
    }

    static RefusedCallException tooLarge(int most) {
        return new RefusedCallException(413, "A call may have " + most + " bytes at most: send fewer at a time");
    }

    /** The HTTP status to answer. */
    int status() {
        return status;
    }
}
