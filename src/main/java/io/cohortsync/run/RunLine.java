package io.cohortsync.run;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** What happened to how many people of one link in a run, in one line. */
final class RunLine {

    private RunLine() {}

    /**
     * @param link how it is named
     * @param why what is left undone and why, if something is
     */
    static String of(String link, Counts counts, Duration took, Optional<String> why) {
        long read = counts.same()
                + counts.settled()
                + counts.enter()
                + counts.invalid()
                + counts.anonymous()
                + counts.duplicate();
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT,
                "%s: read %,d, to enter %,d, to leave %,d, accepted %,d, drift %,d, in %.1f s",
                link,
                read,
                counts.enter(),
                counts.exit(),
                counts.accepted(),
                counts.drift(),
                took.toMillis() / 1000.0));
        also(line, counts.held(), "held");
        also(line, counts.failed(), "failed");
        also(line, counts.unknown(), "unknown");
        also(line, counts.waiting(), "waiting");
        also(line, counts.unmatched(), "unmatched");
        also(line, counts.rejected(), "rejected");
        also(line, counts.settled(), "settled");
        also(line, counts.invalid(), "invalid");
        also(line, counts.anonymous(), "anonymous");
        also(line, counts.duplicate(), "duplicate");
        why.ifPresent(words -> line.append("; ").append(words));
        return line.toString();
    }

    private static void also(StringBuilder line, long count, String word) {
        if (count > 0) {
            line.append(String.format(Locale.ROOT, ", %s %,d", word, count));
        }
    }
}
