package io.cohortsync.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.link.Link;
import io.cohortsync.membership.MembershipStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares what the diff keeps in memory of a link with what the database says. */
public final class IndexTruth {

    private IndexTruth() {}

    /**
     * Fails if the diff would take something of this link from memory that is not so.
     *
     * @param link as it is stored now
     * @return whether it keeps anything that it would take
     */
    public static boolean holds(Diff diff, MembershipStore store, Link link) {
        IndexCache cache = ((FingerprintDiff) diff).cache();
        Optional<Acknowledged> kept = cache.take(link);
        kept.ifPresent(members -> {
            Acknowledged stored = Acknowledged.load(store, link.id(), FingerprintRange.ALL, 0);
            assertThat(list(members.prints())).isEqualTo(list(stored.prints()));
            assertThat(list(members.shared())).isEqualTo(list(stored.shared()));
            cache.put(link.id(), link.version(), members);
        });
        return kept.isPresent();
    }

    private static List<Long> list(FingerprintSet set) {
        List<Long> prints = new ArrayList<>();
        set.forEach(prints::add);
        return prints;
    }
}
