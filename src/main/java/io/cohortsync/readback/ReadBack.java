package io.cohortsync.readback;

import io.cohortsync.link.Link;
import io.cohortsync.member.Fingerprint;
import java.time.Instant;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/** Who is in the list that a link fills, as its target says page by page: 8 bytes a person. */
public final class ReadBack {

    private final Link link;
    private final Instant begunAt;
    private final Fingerprint fingerprint;
    private final UnaryOperator<String> canonical;
    private final LongStream.Builder read = LongStream.builder();
    private String note = "";
    private final BitSet askedFor = new BitSet();
    private Optional<long[]> there = Optional.empty();

    ReadBack(Link link, Instant begunAt, Fingerprint fingerprint, UnaryOperator<String> canonical) {
        this.link = link;
        this.begunAt = begunAt;
        this.fingerprint = fingerprint;
        this.canonical = canonical;
    }

    public Link link() {
        return link;
    }

    /** Nothing that happened later can be in it for certain. */
    public Instant begunAt() {
        return begunAt;
    }

    /** This person is there. */
    public void there(String key) {
        read.add(print(key));
    }

    /** Adds what a person should know of how it was read, such as what it cost. */
    public void note(String words) {
        note = words;
    }

    public String note() {
        return note;
    }

    private long print(String key) {
        return fingerprint.of(canonical.apply(key));
    }

    /** All pages are read: it is asked now. Somebody may be on two pages. */
    private long[] there() {
        if (there.isEmpty()) {
            there = Optional.of(read.build().sorted().distinct().toArray());
        }
        return there.get();
    }

    /** Somebody begins to ask. */
    void askAnew() {
        askedFor.clear();
    }

    /** How many people are there. */
    int size() {
        return there().length;
    }

    /** Whether somebody is there whose key, as it is stored, has this fingerprint; false: maybe, under another spelling. */
    boolean holds(long print) {
        int at = Arrays.binarySearch(there(), print);
        if (at >= 0) {
            askedFor.set(at);
        }
        return at >= 0;
    }

    /** Whether this person is there, however the key is spelt. */
    boolean holds(String key) {
        return holds(print(key));
    }

    /** How many are there whom nobody asked for. */
    int notAskedFor() {
        return size() - askedFor.cardinality();
    }
}
