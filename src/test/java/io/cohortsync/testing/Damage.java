package io.cohortsync.testing;

import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** JSON that somebody has spoilt: values of another kind, and pieces put in or left out anywhere. */
public final class Damage {

    private static final Pattern VALUE = Pattern.compile(":(\"[^\"]*\"|\\d+|true|false)");

    private static final List<String> PIECES = List.of(
            "null",
            "[]",
            "{}",
            "\"\"",
            "-1",
            "-17",
            "1e99",
            "1e999999",
            "1E-400",
            "1E-900000000",
            "99999999999",
            "99999999999999999999",
            "true",
            ",",
            "\"",
            "}",
            "]",
            "{\"a\":",
            "\u0000",
            "\ufeff",
            "\ud83d",
            "\"\\u0000\"",
            "\"a\\u0000b\"",
            "\"9999-99-99T99:99:99Z\"",
            "\"-999999999-01-01T00:00:00Z\"",
            "\"" + "x".repeat(2_000) + "\"");

    private Damage() {}

    /** Up to four places of a sound text are spoilt; maybe none. */
    public static String done(String sound, Random random) {
        StringBuilder text = new StringBuilder(sound);
        for (int i = random.nextInt(5); i > 0; i--) {
            String piece = PIECES.get(random.nextInt(PIECES.size()));
            List<MatchResult> values = VALUE.matcher(text).results().toList();
            if (random.nextBoolean() && !values.isEmpty()) {
                MatchResult value = values.get(random.nextInt(values.size()));
                text.replace(value.start(1), value.end(1), piece);
            } else {
                int at = random.nextInt(text.length() + 1);
                text.replace(at, Math.min(text.length(), at + random.nextInt(12)), random.nextBoolean() ? piece : "");
            }
        }
        return text.toString();
    }
}
