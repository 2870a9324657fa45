package io.cohortsync.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * So many people, each known by a UUID of 36 characters that only depends on the person's number, and the CSV files of one
 * column, {@code user_id}, that a source would write of them. In a file they come in an order that no index has.
 */
record Cohort(int members, Path directory) {

    static final String COLUMN = "user_id";

    private static final long STEP = 7_368_787;

    /** Writes the files; nothing is timed here. */
    static Cohort written(int members, Path directory) throws IOException {
        Files.createDirectories(directory);
        Cohort cohort = new Cohort(members, directory);
        cohort.write(Churn.NONE, 0);
        cohort.write(Churn.ONE_PERCENT, members / 200);
        return cohort;
    }

    /** The snapshot that is compared; a first one is of those who are acknowledged later. */
    String file(Churn churn) {
        return (churn == Churn.ONE_PERCENT ? "one-percent-" : "all-") + members + ".csv";
    }

    Path path(Churn churn) {
        return directory.resolve(file(churn));
    }

    /** Those who are acknowledged, as a file. */
    Path acknowledged() {
        return path(Churn.NONE);
    }

    private void write(Churn churn, int replaced) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path(churn)), 1 << 20)) {
            out.write((COLUMN + "\n").getBytes(StandardCharsets.US_ASCII));
            for (long i = 0; i < members; i++) {
                long person = i * STEP % members;
                out.write(key(person < replaced ? person + members : person).getBytes(StandardCharsets.US_ASCII));
                out.write('\n');
            }
        }
    }

    static String key(long person) {
        return new UUID(mixed(2 * person), mixed(2 * person + 1)).toString();
    }

    /** The finisher of SplitMix64: no two numbers give the same. */
    private static long mixed(long number) {
        long z = (number + 1) * 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
