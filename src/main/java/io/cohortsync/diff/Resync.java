package io.cohortsync.diff;

import io.cohortsync.link.Link;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.membership.MembershipStore.Member;
import java.util.BitSet;
import java.util.OptionalLong;

/** Who of a link's acknowledged members is sent again although the target holds them: those not sent since it was asked for. */
final class Resync {

    private final OptionalLong after;
    private final BitSet sentSince = new BitSet();

    private Resync(OptionalLong after) {
        this.after = after;
    }

    /** Loads what is known of the members in a range, if a resync is under way. */
    static Resync load(MembershipStore store, Link link, FingerprintRange range, FingerprintSet acknowledged) {
        Resync resync = new Resync(link.resyncAfter());
        link.resyncAfter()
                .ifPresent(run -> store.acknowledgedAfter(run, link.id(), range.from(), range.to(), print -> {
                    int place = acknowledged.find(print);
                    if (place != FingerprintSet.ABSENT) {
                        resync.sentSince.set(place);
                    }
                }));
        return resync;
    }

    /** Whether an acknowledged member is sent again, by the place of its fingerprint. */
    boolean owes(int place) {
        return after.isPresent() && !sentSince.get(place);
    }

    /** Whether an acknowledged member is sent again. */
    boolean owes(Member member) {
        return after.isPresent() && member.run() <= after.getAsLong();
    }
}
