package io.cohortsync.source;

/** The snapshot was not proved complete, so the run fails and nothing is sent. The message says what was found. */
public class IncompleteSnapshotException extends RuntimeException {

    public IncompleteSnapshotException(String message) {
        super(message);
    }

    public IncompleteSnapshotException(String message, Throwable cause) {
        super(message, cause);
    }
}
