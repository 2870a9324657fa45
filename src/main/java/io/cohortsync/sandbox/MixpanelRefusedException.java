package io.cohortsync.sandbox;

/** A call that Mixpanel would refuse, with the status it would answer. */
final class MixpanelRefusedException extends Exception {

    private final int status;

    MixpanelRefusedException(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
