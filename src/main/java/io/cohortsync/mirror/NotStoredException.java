package io.cohortsync.mirror;

/** What was pushed is not known to be stored: its sender has to send it again. */
public class NotStoredException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param why as the end of a sentence */
    public NotStoredException(String why) {
        super("Not stored: " + why + ". Send it again later");
    }
}
