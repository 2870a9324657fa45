package io.cohortsync.source;

import java.io.IOException;

/** What is wrong with a source's content, as the end of a sentence that begins with the source's name. */
final class BrokenContentException extends IOException {

    // Never with a parser's exception as its cause: those quote the content, which is personal data.
    BrokenContentException(String finding) {
        super(finding);
    }
}
