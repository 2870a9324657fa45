package io.cohortsync.source;

/** A cohort may not or cannot be read yet: no failure, the next runs try again. The message says what is waited for. */
public class NotYetException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public NotYetException(String message) {
        super(message);
    }
}
