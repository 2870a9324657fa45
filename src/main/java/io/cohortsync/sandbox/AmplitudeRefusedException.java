package io.cohortsync.sandbox;

/** A call that Amplitude would refuse, with the status it would answer. */
final class AmplitudeRefusedException extends Exception {

    private final int status;

    AmplitudeRefusedException(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
