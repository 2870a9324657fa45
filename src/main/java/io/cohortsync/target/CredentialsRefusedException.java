package io.cohortsync.target;

/** Trying a target's credentials has shown that one is not good, and which. */
public class CredentialsRefusedException extends RuntimeException {

    public CredentialsRefusedException(String which) {
        super(which);
    }
}
