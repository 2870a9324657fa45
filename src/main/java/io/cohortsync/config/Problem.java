package io.cohortsync.config;

/**
 * One mistake in the configuration.
 *
 * @param where the path of the key and, where it is known, the file and line
 * @param message what was found and what is accepted, in words a person can act on; never a secret
 */
public record Problem(String where, String message) {

    @Override
    public String toString() {
        return where + ": " + message;
    }
}
