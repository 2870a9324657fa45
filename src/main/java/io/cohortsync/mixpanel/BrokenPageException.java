package io.cohortsync.mixpanel;

/** What is wrong with an answer of Mixpanel's, as the end of a sentence that begins with which answer it is. */
final class BrokenPageException extends Exception {

    private static final long serialVersionUID = 1L;

    // Never with a parser's exception as its cause: those quote the content, which is personal data.
    BrokenPageException(String finding) {
        super(finding);
    }
}
