package io.cohortsync.state;

import java.util.Objects;
import java.util.stream.Stream;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.TransactionException;

/** Tells the state database being away, which passes, from a statement that it refuses, which does not. */
public final class StateAway {

    private StateAway() {}

    /** Whether this came about because the state database did not answer. */
    public static boolean caused(Throwable thrown) {
        return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
                .anyMatch(t -> t instanceof DataAccessResourceFailureException
                        || t instanceof TransientDataAccessException
                        || t instanceof TransactionException);
    }

    /** What went wrong, without the database's own words, which may hold the values it was given. */
    public static String words(Throwable thrown) {
        return caused(thrown)
                ? "the state database does not answer"
                : "the state database failed (" + thrown.getClass().getSimpleName() + ")";
    }
}
