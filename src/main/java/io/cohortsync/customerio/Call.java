package io.cohortsync.customerio;

import java.net.URI;

/**
 * One call to Customer.io, which may send it on to another of its hosts. What it is sent with lies beside it, in the
 * route.
 *
 * @param uri where it goes, without a query
 * @param query percent-encoded; blank: none
 * @param redirects how often it was sent on
 * @param answered whether it is over
 */
public record Call(String uri, String query, int redirects, boolean answered) {

    static Call to(String uri, String query) {
        return new Call(uri, query, 0, false);
    }

    Call at(URI other) {
        String text = other.toString();
        int end = text.indexOf('?');
        return end < 0
                ? new Call(text, "", redirects + 1, false)
                : new Call(text.substring(0, end), text.substring(end + 1), redirects + 1, false);
    }

    Call over() {
        return new Call(uri, query, redirects, true);
    }

    /** Whether it is still to be made. */
    public boolean isOpen() {
        return !answered;
    }
}
