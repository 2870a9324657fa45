package io.cohortsync.amplitude;

/**
 * A link to a file that whoever knows it may fetch, for a minute: a secret.
 *
 * @param uri without its query
 * @param query as it was given, percent-encoded
 */
public record FileLink(String uri, String query) {

    @Override
    public String toString() {
        return "(a secret link)";
    }
}
