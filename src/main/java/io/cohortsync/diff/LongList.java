package io.cohortsync.diff;

import java.util.Arrays;

/** Fingerprints as they come, before they are sorted. */
final class LongList {

    private long[] values;
    private int size;

    LongList(long expected) {
        values = new long[(int) Math.max(16, Math.min(expected, Integer.MAX_VALUE - 8))];
    }

    void add(long value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, size + (size >> 1) + 1);
        }
        values[size++] = value;
    }

    int size() {
        return size;
    }

    long at(int place) {
        return values[place];
    }

    void addAll(LongList others) {
        for (int i = 0; i < others.size; i++) {
            add(others.values[i]);
        }
    }

    /** Sorted, each once. */
    FingerprintSet toSet() {
        Arrays.sort(values, 0, size);
        int to = 0;
        for (int i = 0; i < size; i++) {
            if (to == 0 || values[to - 1] != values[i]) {
                values[to++] = values[i];
            }
        }
        return new FingerprintSet(values, to);
    }

    /** Sorted, without those that come more than once, which are given to the list instead. */
    FingerprintSet toSetOfSingles(LongList repeated) {
        Arrays.sort(values, 0, size);
        int to = 0;
        for (int i = 0; i < size; ) {
            int same = i + 1;
            while (same < size && values[same] == values[i]) {
                same++;
            }
            if (same == i + 1) {
                values[to++] = values[i];
            } else {
                repeated.add(values[i]);
            }
            i = same;
        }
        return new FingerprintSet(values, to);
    }

    void sort() {
        Arrays.sort(values, 0, size);
    }

    /** Whether no value comes twice; to be asked of a sorted list. */
    boolean distinct() {
        for (int i = 1; i < size; i++) {
            if (values[i] == values[i - 1]) {
                return false;
            }
        }
        return true;
    }
}
