package io.cohortsync.source;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** A source may not be read yet, because what its vendor allows is spent. */
public class QuotaSpentException extends NotYetException {

    private static final long serialVersionUID = 1L;

    /**
     * @param until when it may be read again
     * @param why what is spent, such as "450 of 500 downloads of this month"
     */
    public QuotaSpentException(Instant until, String why) {
        super("waiting for quota until " + until.truncatedTo(ChronoUnit.SECONDS) + ": " + why);
    }
}
