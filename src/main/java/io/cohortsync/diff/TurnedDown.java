package io.cohortsync.diff;

import io.cohortsync.membership.MembershipStore;
import io.cohortsync.membership.Standing;
import java.util.Arrays;

/**
 * The members of one link of whom a change was turned down, by fingerprint: those a target did not take, where each stands
 * and when it is due for another try; and those it would not let go.
 */
final class TurnedDown {

    private static final int STANDING_BITS = 2;

    private final LongList toCompareByKey = new LongList(0);
    private long[] prints = new long[16];
    /** When each is due, and in the last bits where it stands. */
    private long[] details = new long[16];

    private int size;
    private FingerprintSet set = FingerprintSet.empty();

    private TurnedDown() {}

    /** Loads the members whose fingerprints lie in a range. */
    static TurnedDown load(MembershipStore store, long link, FingerprintRange range) {
        TurnedDown loaded = new TurnedDown();
        store.turnedDown(link, range.from(), range.to(), loaded::add);
        loaded.set = new FingerprintSet(loaded.prints, loaded.size);
        return loaded;
    }

    private void add(long print, Standing standing, long nextTry) {
        if (standing == Standing.ACKNOWLEDGED || size > 0 && prints[size - 1] == print) {
            toCompareByKey.add(print);
            return;
        }
        if (size == prints.length) {
            prints = Arrays.copyOf(prints, size + size / 2);
            details = Arrays.copyOf(details, prints.length);
        }
        prints[size] = print;
        details[size++] = nextTry << STANDING_BITS | standing.ordinal();
    }

    /** Those the target did not take. */
    FingerprintSet prints() {
        return set;
    }

    /** Fingerprints that several of them share, and of those whose removal was refused. */
    LongList toCompareByKey() {
        return toCompareByKey;
    }

    Standing standing(int place) {
        return Standing.values()[(int) details[place] & (1 << STANDING_BITS) - 1];
    }

    /** Whether it is due at this time, in milliseconds since the epoch. */
    boolean due(int place, long now) {
        return details[place] >> STANDING_BITS <= now;
    }
}
