package io.cohortsync.readback;

import io.cohortsync.link.Link;
import io.cohortsync.member.Fingerprint;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/** Who is in the list that a link fills, as its target says page by page: 8 bytes a person. */
public final class ReadBack {

    private final Link link;
    private final Fingerprint fingerprint;
    private final UnaryOperator<String> canonical;
    private final LongStream.Builder read = LongStream.builder();
    private long[] there = {};

    ReadBack(Link link, Fingerprint fingerprint, UnaryOperator<String> canonical) {
        this.link = link;
        this.fingerprint = fingerprint;
        this.canonical = canonical;
    }

    public Link link() {
        return link;
    }

    /** This person is there. */
    public void there(String key) {
        read.add(print(key));
    }

    private long print(String key) {
        return fingerprint.of(canonical.apply(key));
    }

    /** All pages are read; from here on it can be asked. */
    void complete() {
        there = read.build().toArray();
        Arrays.sort(there);
    }

    int size() {
        return there.length;
    }

    /** Whether somebody is there whose key, as it is stored, has this fingerprint; false: maybe, under another spelling. */
    boolean holds(long print) {
        return Arrays.binarySearch(there, print) >= 0;
    }

    /** Whether this person is there, however the key is spelt. */
    boolean holds(String key) {
        return holds(print(key));
    }
}
