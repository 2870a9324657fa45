package io.cohortsync.source;

/** A vendor did not answer, or only that it failed, as often as it was asked: no word of what was asked for. */
public class UnansweredException extends IncompleteSnapshotException {

    private static final long serialVersionUID = 1L;

    public UnansweredException(String message) {
        super(message);
    }
}
