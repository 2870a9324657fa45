package io.cohortsync.run;

/** A run goes no further, because it was cancelled, its sync paused, or its node is told to stop. */
public class HaltedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Halt halt;

    HaltedException(Halt halt) {
        super(halt.why());
        this.halt = halt;
    }

    Halt halt() {
        return halt;
    }
}
