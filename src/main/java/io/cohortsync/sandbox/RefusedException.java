package io.cohortsync.sandbox;

/** A call that the vendor would refuse. */
final class RefusedException extends Exception {

    private final Refusal refusal;

    RefusedException(Refusal refusal, String message) {
        super(message);
        this.refusal = refusal;
    }

    Refusal refusal() {
        return refusal;
    }
}
