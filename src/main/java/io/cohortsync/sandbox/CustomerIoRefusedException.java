package io.cohortsync.sandbox;

/** A call that Customer.io would refuse. */
final class CustomerIoRefusedException extends Exception {

    private final int status;

    CustomerIoRefusedException(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
