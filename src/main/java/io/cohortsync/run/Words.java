package io.cohortsync.run;

import io.cohortsync.source.IncompleteSnapshotException;
import io.cohortsync.source.NotYetException;
import io.cohortsync.spool.TemporaryFileException;
import org.springframework.dao.DataIntegrityViolationException;

/** What to say of an exception to a person. */
final class Words {

    private Words() {}

    /** The message of the cause that knows most, without Java's names where it has one. */
    static String of(Throwable thrown) {
        Throwable told = thrown;
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof IncompleteSnapshotException
                    || t instanceof NotYetException
                    || t instanceof TemporaryFileException) {
                return t.getMessage();
            }
            if (t instanceof DataIntegrityViolationException) {
                // A database's own words may hold the values it was given.
                return "the state database refused a write (" + t.getClass().getSimpleName() + ")";
            }
            told = t;
        }
        return told.getMessage() == null ? told.getClass().getSimpleName() : told.getMessage();
    }
}
