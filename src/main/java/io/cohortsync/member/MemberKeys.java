package io.cohortsync.member;

import io.cohortsync.config.Normalize;
import java.nio.charset.StandardCharsets;

/** Tells a value that may be a member key from one that may not. */
public final class MemberKeys {

    /** Longest member key, in bytes of UTF-8. */
    public static final int MAX_BYTES = 512;

    private MemberKeys() {}

    /** What became of a value that a source gave as a member key. */
    public sealed interface Reading {

        /** A usable key, normalised, with its UTF-8. */
        record Usable(String key, byte[] utf8) implements Reading {}

        /** Blank: the record belongs to nobody known. */
        record Anonymous() implements Reading {}

        /** Not usable, and why; the reason never holds the value. */
        record Invalid(String reason) implements Reading {}
    }

    private static final Reading ANONYMOUS = new Reading.Anonymous();

    /** Normalises and judges one value; the empty text stands for a value that is not there. */
    public static Reading read(String value, Normalize normalize) {
        if (value.isBlank()) {
            return ANONYMOUS;
        }
        String key = normalize.apply(value);
        if (key.indexOf('\0') >= 0) {
            return new Reading.Invalid("not a text that can be stored (a NUL character, or no scalar value)");
        }
        byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > MAX_BYTES) {
            return new Reading.Invalid(utf8.length + " bytes of UTF-8, at most " + MAX_BYTES + " are accepted");
        }
        if (hasLoneSurrogate(key)) {
            return new Reading.Invalid("half of a surrogate pair, which is no character");
        }
        return new Reading.Usable(key, utf8);
    }

    /** Whether half of a surrogate pair is missing, so that the text cannot be written as UTF-8. */
    public static boolean hasLoneSurrogate(String key) {
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < key.length() && Character.isLowSurrogate(key.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return true;
            }
        }
        return false;
    }
}
