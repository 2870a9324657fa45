package io.cohortsync.source;

import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;

/** Text that can be written as UTF-8. */
final class KeyText {

    private KeyText() {}

    /** The text, or {@link Chunk#INVALID} when half of a surrogate pair is missing: it would become a question mark. */
    static String of(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
                return encoder.canEncode(text) ? text : Chunk.INVALID;
            }
        }
        return text;
    }
}
