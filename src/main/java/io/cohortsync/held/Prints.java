package io.cohortsync.held;

import java.util.Arrays;
import java.util.stream.LongStream;

/** Members by their fingerprints, 8 bytes each: whom a decision is about, without their keys. */
public final class Prints {

    public static final Prints NONE = new Prints(new long[0]);

    private final long[] sorted;

    private Prints(long[] sorted) {
        this.sorted = sorted;
    }

    /** @param prints in any order, each once */
    public static Prints of(LongStream prints) {
        long[] sorted = prints.toArray();
        Arrays.sort(sorted);
        return sorted.length == 0 ? NONE : new Prints(sorted);
    }

    public boolean contains(long print) {
        return Arrays.binarySearch(sorted, print) >= 0;
    }

    int size() {
        return sorted.length;
    }

    public boolean isEmpty() {
        return sorted.length == 0;
    }

    /** How many of these are among them. */
    public long count(LongStream prints) {
        return isEmpty() ? 0 : prints.filter(this::contains).count();
    }

    /** Those who are not among these. */
    Prints without(Prints others) {
        return others.isEmpty() ? this : of(stream().filter(print -> !others.contains(print)));
    }

    LongStream stream() {
        return Arrays.stream(sorted);
    }
}
