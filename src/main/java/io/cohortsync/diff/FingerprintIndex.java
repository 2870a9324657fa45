package io.cohortsync.diff;

import io.cohortsync.membership.Standing;
import java.util.Arrays;
import java.util.BitSet;

/** The stored members of one link, each by its fingerprint alone, and which of them the snapshot has shown so far. */
final class FingerprintIndex {

    /** What the index says of a fingerprint; the place is where it was found. */
    static final int ABSENT = -1;

    private long[] fingerprints = new long[1024];
    private byte[] kinds = new byte[1024];
    private int size;
    private final BitSet seen = new BitSet();

    private static final int DUE = 8;

    /** Adds the next member; fingerprints come in rising order, each once. */
    void append(long fingerprint, Standing standing, boolean due) {
        if (size == fingerprints.length) {
            fingerprints = Arrays.copyOf(fingerprints, size + (size >> 1));
            kinds = Arrays.copyOf(kinds, fingerprints.length);
        }
        fingerprints[size] = fingerprint;
        kinds[size++] = (byte) (standing.ordinal() | (due ? DUE : 0));
    }

    /** Takes the last member back. */
    void removeLast() {
        size--;
    }

    int size() {
        return size;
    }

    /** The place of a fingerprint, or {@link #ABSENT}. */
    int find(long fingerprint) {
        int place = Arrays.binarySearch(fingerprints, 0, size, fingerprint);
        return place < 0 ? ABSENT : place;
    }

    long fingerprint(int place) {
        return fingerprints[place];
    }

    Standing standing(int place) {
        return Standing.values()[kinds[place] & (DUE - 1)];
    }

    boolean due(int place) {
        return (kinds[place] & DUE) != 0;
    }

    /** Marks a member as shown by the snapshot; false: it had been shown before. */
    boolean see(int place) {
        if (seen.get(place)) {
            return false;
        }
        seen.set(place);
        return true;
    }

    /** The next place at or after this one that the snapshot has not shown, or {@link #ABSENT}. */
    int nextUnseen(int from) {
        int place = seen.nextClearBit(from);
        return place < size ? place : ABSENT;
    }
}
