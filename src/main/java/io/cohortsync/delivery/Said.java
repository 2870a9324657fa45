package io.cohortsync.delivery;

import io.cohortsync.diff.PlannedChange;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a vendor or the network said about a batch, made fit to be logged and stored: on one line, not too long, and without
 * the batch's member keys, which vendors like to repeat.
 */
final class Said {

    private static final int LONGEST = 500;
    private static final int LOOKED_AT = 4_000;
    private static final String MASK = "***";

    private Said() {}

    static String of(Batch batch, String text) {
        String words = text.length() <= LOOKED_AT ? text : text.substring(0, LOOKED_AT);
        for (PlannedChange change : batch.planned()) {
            if (words.contains(change.key())) {
                words = without(change.key(), words);
            }
        }
        words = words.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        return words.length() <= LONGEST ? words : words.substring(0, LONGEST) + "…";
    }

    /** Only where the key stands alone: a key such as 4 is no reason to make "HTTP 400" unreadable. */
    private static String without(String key, String words) {
        return Pattern.compile("(?<![\\p{L}\\p{N}])" + Pattern.quote(key) + "(?![\\p{L}\\p{N}])")
                .matcher(words)
                .replaceAll(Matcher.quoteReplacement(MASK));
    }
}
