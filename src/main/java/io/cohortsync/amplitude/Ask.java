package io.cohortsync.amplitude;

import java.time.Duration;
import java.time.Instant;

/**
 * One question to Amplitude's API, which may have to be asked again.
 *
 * @param kind what is asked
 * @param source whom for
 * @param uri where, without a query
 * @param query percent-encoded; blank: none
 * @param giveUp when not to ask again
 * @param failures how often it was not answered, or badly
 * @param busy how often Amplitude was too busy for it (429)
 * @param waiting how long to wait before it is asked (again)
 * @param answered whether it is over
 */
public record Ask(
        Kind kind,
        String source,
        String uri,
        String query,
        Instant giveUp,
        int failures,
        int busy,
        Duration waiting,
        boolean answered) {

    /** What Amplitude can be asked. */
    enum Kind {
        LIST("the list of cohorts"),
        DOWNLOAD("a download"),
        STATUS("whether the download is ready"),
        FILE("the download's file");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    static Ask of(Kind kind, String source, String uri, String query, Instant giveUp) {
        return new Ask(kind, source, uri, query, giveUp, 0, 0, Duration.ZERO, false);
    }

    /** Whether it is still to be asked. */
    public boolean isOpen() {
        return !answered;
    }

    /** Whether it counts as one of the requests about single cohorts (contracts, section 3.4). */
    public boolean isCounted() {
        return kind != Kind.LIST;
    }

    /** Whether it costs one of the month's downloads. */
    public boolean isDownload() {
        return kind == Kind.DOWNLOAD;
    }

    /** Whether the answer may be a cohort's people. */
    public boolean isFile() {
        return kind == Kind.FILE;
    }

    /** How long to wait before it is asked, in milliseconds. */
    public long waitMillis() {
        return waiting.toMillis();
    }

    Ask over() {
        return new Ask(kind, source, uri, query, giveUp, failures, busy, Duration.ZERO, true);
    }

    Ask failed(Duration wait) {
        return new Ask(kind, source, uri, query, giveUp, failures + 1, busy, wait, false);
    }

    Ask refused(Duration wait) {
        return new Ask(kind, source, uri, query, giveUp, failures, busy + 1, wait, false);
    }

    /** What a route's {@code ${variable.ask}} shows. */
    @Override
    public String toString() {
        return kind.words();
    }
}
