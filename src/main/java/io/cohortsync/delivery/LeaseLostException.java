package io.cohortsync.delivery;

/** Another node took over the sync: nothing may be recorded here any more, and what was sent stays in doubt. */
public class LeaseLostException extends RuntimeException {

    public LeaseLostException(String link) {
        super(link + ": another node runs this sync now");
    }
}
