package io.cohortsync.mixpanel;

/**
 * One query to Mixpanel, which may take several attempts; what it is sent with is read from the source's settings.
 *
 * @param source the source's name
 * @param uri where it goes, without the parameters
 * @param parameters of the address, percent-encoded
 * @param form the body; may be empty
 * @param once whether somebody waits for the answer, so that there is one attempt only
 * @param failures attempts without a usable answer
 * @param refusals attempts that were answered 429
 * @param pause before the next attempt, in milliseconds
 * @param answered whether it is over
 */
public record Query(
        String source,
        String uri,
        String parameters,
        String form,
        boolean once,
        int failures,
        int refusals,
        long pause,
        boolean answered) {

    static Query to(String source, String uri, String parameters, String form, boolean once) {
        return new Query(source, uri, parameters, form, once, 0, 0, 0, false);
    }

    Query over() {
        return new Query(source, uri, parameters, form, once, failures, refusals, 0, true);
    }

    Query failed(long pause) {
        return new Query(source, uri, parameters, form, once, failures + 1, refusals, pause, false);
    }

    Query refused(long pause) {
        return new Query(source, uri, parameters, form, once, failures, refusals + 1, pause, false);
    }

    /** Whether there is another attempt to make. */
    public boolean isOpen() {
        return !answered;
    }
}
