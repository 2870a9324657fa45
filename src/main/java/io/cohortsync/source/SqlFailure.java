package io.cohortsync.source;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a database says of a failure, as the end of a sentence that begins with what failed. */
final class SqlFailure {

    private static final Logger LOG = LoggerFactory.getLogger(SqlFailure.class);
    private static final int SHOWN = 500;
    private static final String DATA_EXCEPTION = "22";
    private static final String CANCELLED = "57014";

    private SqlFailure() {}

    static String of(SQLException failure) {
        SQLException cause = innermost(failure);
        String state = cause.getSQLState() == null ? "" : cause.getSQLState();
        if (state.startsWith(DATA_EXCEPTION)) {
            // Such words quote the value that was met, and a value is somebody's member key.
            LOG.debug("The database's words", failure);
            return "failed on a value that it met (SQLState " + state
                    + "); the database's words may quote a record, so they are logged at DEBUG only";
        }
        if (cause instanceof SQLTimeoutException || state.equals(CANCELLED)) {
            return "was cancelled or took too long (statement.queryTimeout in routes/sources/sql.camel.yaml): "
                    + words(cause);
        }
        return "failed: " + words(cause);
    }

    /** A pool wraps what the driver said. */
    private static SQLException innermost(SQLException failure) {
        SQLException found = failure;
        for (Throwable t = failure.getCause(); t != null; t = t.getCause()) {
            if (t instanceof SQLException inner) {
                found = inner;
            }
        }
        return found;
    }

    private static String words(SQLException failure) {
        String words =
                String.valueOf(failure.getMessage()).replaceAll("\\s+", " ").strip();
        return words.length() <= SHOWN ? words : words.substring(0, SHOWN) + "…";
    }
}
