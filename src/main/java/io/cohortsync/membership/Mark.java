package io.cohortsync.membership;

import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.state.StoredTime;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the members of one answer mostly have in common, so that a statement over arrays need only be given it once. */
record Mark(Standing standing, long run, int tries, Optional<Instant> nextTry) {

    /** The members by what they have in common, in the order given. */
    static Map<Mark, List<Member>> group(List<Member> members) {
        return members.stream()
                .collect(Collectors.groupingBy(m -> new Mark(m.standing(), m.run(), m.tries(), m.nextTry())));
    }

    OffsetDateTime nextTryOrNull() {
        return nextTry.map(StoredTime::of).orElse(null);
    }

    static Long[] prints(List<Member> members) {
        return members.stream().map(Member::fingerprint).toArray(Long[]::new);
    }

    static String[] keys(List<Member> members) {
        return members.stream().map(Member::key).toArray(String[]::new);
    }
}
