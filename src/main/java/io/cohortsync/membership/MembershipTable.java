package io.cohortsync.membership;

import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.membership.MembershipStore.TurnedDownVisitor;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** What is done for every member and where each database has a way of its own that is much faster than a common one. */
interface MembershipTable {

    /** What else is to be written about members that were inserted just now. */
    void inserted(long link, List<Member> members);

    void update(long link, List<Member> members, Instant since);

    void keep(long link, List<Member> members);

    void delete(long link, List<Member> members);

    /** @param acknowledgedBefore only those who have simply been acknowledged since before this time */
    List<Member> find(long link, Collection<Long> fingerprints, Optional<Instant> acknowledgedBefore);

    void redrive(long link, Instant now);

    void acknowledged(long link, long from, long to, LongConsumer fingerprint);

    void acknowledgedAfter(long run, long link, long from, long to, LongConsumer fingerprint);

    void turnedDown(long link, long from, long to, TurnedDownVisitor visitor);

    /** The table whose rows with a next try can be found by their link without a look at all others. */
    String turnedDownTable();
}
