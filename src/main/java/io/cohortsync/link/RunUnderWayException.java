package io.cohortsync.link;

/** What is asked for cannot be done while a run counts on things as they are. */
public class RunUnderWayException extends RuntimeException {

    public RunUnderWayException(String sync) {
        super("A run of " + sync + " is under way, or was cut off a moment ago: try again when it has ended");
    }
}
