package io.cohortsync.delivery;

import io.cohortsync.diff.PlannedChange;
import io.cohortsync.link.Link;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.membership.Standing;
import io.cohortsync.run.Run;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** What an answer makes of the rows of those it is about, and of their dead letters. */
@Component
class MemberRows {

    private final MembershipStore members;
    private final DeadLetters deadLetters;
    private final Clock clock;

    MemberRows(MembershipStore members, DeadLetters deadLetters, Clock clock) {
        this.members = members;
        this.deadLetters = deadLetters;
        this.clock = clock;
    }

    /** The target took some, and does not know the people of others. */
    void answered(Run run, Link link, List<PlannedChange> taken, List<PlannedChange> missed) {
        Instant now = clock.instant();
        List<Member> inserts = new ArrayList<>();
        List<Member> updates = new ArrayList<>();
        List<Member> deletes = new ArrayList<>();
        // Accepted is not known to be in everywhere: whoever turns out to be missing again waits longer than the last
        // time.
        Stream<PlannedChange> unmatchedBefore =
                taken.stream().filter(change -> change.enter() && change.stored() == Standing.UNMATCHED);
        Map<String, Integer> tries =
                tries(link, Stream.concat(missed.stream(), unmatchedBefore).toList());
        for (PlannedChange change : taken) {
            if (change.enter()) {
                List<Member> into = change.stored() == Standing.NONE ? inserts : updates;
                int tried = tries.getOrDefault(change.key(), 0);
                into.add(row(change, Standing.ACKNOWLEDGED, run, tried, Optional.empty()));
            } else if (change.stored() != Standing.NONE) {
                deletes.add(row(change, change.stored(), run, 0, Optional.empty()));
            }
        }
        for (PlannedChange change : missed) {
            // Whoever the target does not know has left it already.
            if (!change.enter()) {
                if (change.stored() != Standing.NONE) {
                    deletes.add(row(change, change.stored(), run, 0, Optional.empty()));
                }
                continue;
            }
            int tried = tries.getOrDefault(change.key(), 0) + 1;
            Optional<Instant> next = Optional.of(RetryClock.UNMATCHED.next(now, tried));
            List<Member> into = change.stored() == Standing.NONE ? inserts : updates;
            into.add(row(change, Standing.UNMATCHED, run, tried, next));
        }
        members.delete(link.id(), deletes);
        members.update(link.id(), updates, now);
        members.insert(link.id(), inserts, now);
        // Whatever the answer was, it is no refusal.
        deadLetters.accepted(link.id(), known(taken));
        deadLetters.settle(link.id(), known(missed));
    }

    private static List<PlannedChange> known(List<PlannedChange> changes) {
        return changes.stream()
                .filter(change -> change.stored() != Standing.NONE)
                .toList();
    }

    private Map<String, Integer> tries(Link link, List<PlannedChange> changes) {
        List<Long> prints = changes.stream().map(PlannedChange::fingerprint).toList();
        return members.find(link.id(), prints).stream().collect(Collectors.toMap(Member::key, Member::tries));
    }

    /** The target refuses this one change. */
    void refused(Run run, Link link, PlannedChange change, Failure why) {
        Instant now = clock.instant();
        int attempts = deadLetters.add(link.id(), change, why, now);
        Optional<Instant> nextTry = Optional.of(RetryClock.REJECTED.next(now, attempts));
        Member refused = row(change, standingOnceRefused(change), run, attempts, nextTry);
        if (change.stored() == Standing.NONE) {
            members.insert(link.id(), List.of(refused), now);
        } else {
            members.update(link.id(), List.of(refused), now);
        }
    }

    /** A refused exit leaves the member there, and so does an enter of somebody whom the target had acknowledged before. */
    static Standing standingOnceRefused(PlannedChange change) {
        return change.enter() && change.stored() != Standing.ACKNOWLEDGED ? Standing.REJECTED : Standing.ACKNOWLEDGED;
    }

    /** Nothing is left to do about these, whom the target had turned down: they are wanted no more. */
    void forget(Run run, Link link, List<PlannedChange> changes) {
        members.delete(link.id(), rows(run, changes));
        deadLetters.settle(link.id(), changes);
    }

    /** Nothing is left to do about these, whose removal the target had refused: they are wanted again. */
    void keep(Run run, Link link, List<PlannedChange> changes) {
        members.keep(link.id(), rows(run, changes));
        deadLetters.settle(link.id(), changes);
    }

    private static List<Member> rows(Run run, List<PlannedChange> changes) {
        return changes.stream()
                .map(change -> row(change, change.stored(), run, 0, Optional.empty()))
                .toList();
    }

    private static Member row(PlannedChange change, Standing standing, Run run, int tries, Optional<Instant> nextTry) {
        return new Member(change.fingerprint(), change.key(), standing, run.id(), tries, nextTry);
    }
}
