package io.cohortsync.diff;

import io.cohortsync.membership.MembershipStore;

/**
 * The members of one link that are simply acknowledged, by their fingerprints alone.
 *
 * @param prints each once; whoever the snapshot does not show leaves
 * @param shared fingerprints that several keys share, in no other set: those members are compared by their keys
 */
record Acknowledged(FingerprintSet prints, FingerprintSet shared) {

    /**
     * Loads the members whose fingerprints lie in a range.
     *
     * @param expected about how many there are
     */
    static Acknowledged load(MembershipStore store, long link, FingerprintRange range, long expected) {
        LongList all = new LongList(expected + expected / FingerprintSet.SPARE);
        store.acknowledged(link, range.from(), range.to(), all::add);
        LongList shared = new LongList(0);
        FingerprintSet prints = all.toSetOfSingles(shared);
        return new Acknowledged(prints, shared.toSet());
    }

    /** About what it holds in memory. */
    long bytes() {
        return prints.bytes() + shared.bytes();
    }
}
