package io.cohortsync.held;

import java.util.Arrays;
import java.util.PrimitiveIterator;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/** Members by their fingerprints, 8 bytes each: whom a plan is about, without their keys. */
public final class Prints {

    public static final Prints NONE = new Prints(new long[0]);

    private final long[] sorted;

    private Prints(long[] sorted) {
        this.sorted = sorted;
    }

    /** @param which which of these, that come in any order */
    public static Prints of(PrimitiveIterator.OfLong prints, LongPredicate which) {
        LongStream.Builder some = LongStream.builder();
        while (prints.hasNext()) {
            long print = prints.nextLong();
            if (which.test(print)) {
                some.add(print);
            }
        }
        return of(some.build());
    }

    /** How many of these are among them. */
    public long count(PrimitiveIterator.OfLong prints) {
        long count = 0;
        while (!isEmpty() && prints.hasNext()) {
            count += contains(prints.nextLong()) ? 1 : 0;
        }
        return count;
    }

    static Prints of(LongStream prints) {
        long[] sorted = prints.sorted().distinct().toArray();
        return sorted.length == 0 ? NONE : new Prints(sorted);
    }

    public boolean contains(long print) {
        return Arrays.binarySearch(sorted, print) >= 0;
    }

    public int size() {
        return sorted.length;
    }

    public boolean isEmpty() {
        return sorted.length == 0;
    }

    public Prints and(Prints others) {
        return of(LongStream.concat(stream(), others.stream()));
    }

    public Prints without(Prints others) {
        return of(stream().filter(print -> !others.contains(print)));
    }

    public LongStream stream() {
        return Arrays.stream(sorted);
    }
}
