package io.cohortsync.diff;

import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Distinct fingerprints, sorted, about nine bytes each, and which of them a snapshot has shown so far. A directory over
 * the leading bits leads to the few candidates: fingerprints are spread evenly, so that is one or two cache lines.
 */
final class FingerprintSet {

    static final int ABSENT = -1;

    private static final int AVERAGE_CANDIDATES = 4;
    private static final int WORTH_A_BINARY_SEARCH = 64;

    /** One part in so many is kept free for members to come. */
    static final int SPARE = 64;

    private final long[] sorted;
    private final int size;
    private final int shift;
    private final int[] directory;
    private final long[] seen;

    /** @param sorted rising and distinct up to the size; kept, not copied */
    FingerprintSet(long[] sorted, int size) {
        this.sorted = sorted;
        this.size = size;
        int bits = Math.max(1, 31 - Integer.numberOfLeadingZeros(Math.max(2, size / AVERAGE_CANDIDATES)));
        this.shift = Long.SIZE - bits;
        this.directory = new int[(1 << bits) + 1];
        int bucket = 0;
        for (int place = 0; place < size; place++) {
            int of = bucket(sorted[place]);
            while (bucket <= of) {
                directory[bucket++] = place;
            }
        }
        Arrays.fill(directory, bucket, directory.length, size);
        this.seen = new long[(size + Long.SIZE - 1) / Long.SIZE];
    }

    static FingerprintSet empty() {
        return new FingerprintSet(new long[0], 0);
    }

    private int bucket(long fingerprint) {
        // Signed order, as the database sorts.
        return (int) ((fingerprint ^ Long.MIN_VALUE) >>> shift);
    }

    int size() {
        return size;
    }

    /** About what it holds in memory. */
    long bytes() {
        return 8L * sorted.length + 4L * directory.length + 8L * seen.length;
    }

    /** The place of a fingerprint, or {@link #ABSENT}. */
    int find(long fingerprint) {
        int bucket = bucket(fingerprint);
        int from = directory[bucket];
        int to = directory[bucket + 1];
        if (from == to) {
            return ABSENT;
        }
        if (to - from > WORTH_A_BINARY_SEARCH) {
            int place = Arrays.binarySearch(sorted, from, to, fingerprint);
            return place < 0 ? ABSENT : place;
        }
        // Where it would be if they were spread quite evenly; from there it is rarely more than a step or two.
        long share = (fingerprint ^ Long.MIN_VALUE) << Long.SIZE - shift >>> Integer.SIZE;
        int place = from + (int) (share * (to - from) >>> Integer.SIZE);
        while (sorted[place] < fingerprint) {
            if (++place == to) {
                return ABSENT;
            }
        }
        while (sorted[place] > fingerprint) {
            if (--place < from) {
                return ABSENT;
            }
        }
        return sorted[place] == fingerprint ? place : ABSENT;
    }

    boolean contains(long fingerprint) {
        return size > 0 && find(fingerprint) != ABSENT;
    }

    /** Marks a fingerprint as shown; false: it had been shown before. */
    boolean see(int place) {
        long bit = 1L << place;
        int word = place >>> 6;
        if ((seen[word] & bit) != 0) {
            return false;
        }
        seen[word] |= bit;
        return true;
    }

    /** The next place at or after this one that was not shown, or {@link #ABSENT}. */
    private int nextUnseen(int from) {
        int word = from >>> 6;
        if (word >= seen.length) {
            return ABSENT;
        }
        long clear = ~seen[word] & (-1L << from);
        while (clear == 0) {
            if (++word == seen.length) {
                return ABSENT;
            }
            clear = ~seen[word];
        }
        int place = (word << 6) + Long.numberOfTrailingZeros(clear);
        return place < size ? place : ABSENT;
    }

    /** Every fingerprint, rising. */
    void forEach(LongConsumer print) {
        for (int place = 0; place < size; place++) {
            print.accept(sorted[place]);
        }
    }

    /** Every fingerprint that was not shown, rising. */
    void forEachUnseen(LongConsumer print) {
        for (int place = nextUnseen(0); place != ABSENT; place = nextUnseen(place + 1)) {
            print.accept(sorted[place]);
        }
    }

    /** Begins a new snapshot. */
    void forgetSeen() {
        Arrays.fill(seen, 0);
    }

    /**
     * This set with some added that are not in it and some removed that are; both sorted. It is made in this set's own
     * memory where that is large enough, so this set is good no more.
     */
    FingerprintSet with(LongList added, LongList removed) {
        int kept = 0;
        for (int place = 0, r = 0; place < size; place++) {
            if (r < removed.size() && removed.at(r) == sorted[place]) {
                r++;
            } else {
                sorted[kept++] = sorted[place];
            }
        }
        int all = kept + added.size();
        long[] merged = all <= sorted.length ? sorted : new long[all + all / SPARE];
        int to = all;
        int from = kept;
        for (int a = added.size() - 1; a >= 0; a--) {
            while (from > 0 && sorted[from - 1] > added.at(a)) {
                merged[--to] = sorted[--from];
            }
            merged[--to] = added.at(a);
        }
        System.arraycopy(sorted, 0, merged, 0, from);
        return new FingerprintSet(merged, all);
    }
}
