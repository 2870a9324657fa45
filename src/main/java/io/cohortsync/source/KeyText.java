package io.cohortsync.source;

import io.cohortsync.member.MemberKeys;

/** Text that can be written as UTF-8. */
final class KeyText {

    private KeyText() {}

    /** The text, or {@link Chunk#INVALID} when half of a surrogate pair is missing: it would become a question mark. */
    static String of(String text) {
        return MemberKeys.hasLoneSurrogate(text) ? Chunk.INVALID : text;
    }
}
