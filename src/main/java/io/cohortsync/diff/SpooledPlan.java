package io.cohortsync.diff;

import io.cohortsync.held.Decisions;
import io.cohortsync.link.Link;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.membership.Standing;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.PrimitiveIterator;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/** What was found, read out of the spools; keys that only the database knows are fetched as they are asked for. */
final class SpooledPlan implements LinkPlan {

    private static final int KEYS_AT_ONCE = 1_000;

    private final MembershipStore store;
    private final Link link;
    private final ReadCounts counts;
    private final Findings found;
    private final Decisions decisions;
    private final long kept;
    private final Optional<FollowedIndex> followed;

    /**
     * @param all counts what is asked of the link, those a person has decided to keep among the exits
     * @param followed what is known of the link's members in memory, if it is
     */
    SpooledPlan(
            MembershipStore store,
            Link link,
            ReadCounts all,
            Findings found,
            Decisions decisions,
            Optional<FollowedIndex> followed) {
        this.store = store;
        this.link = link;
        this.found = found;
        this.decisions = decisions;
        this.kept = decisions.kept().count(found.exitPrints());
        this.counts = all.without(kept);
        this.followed = followed;
    }

    @Override
    public Link link() {
        return link;
    }

    @Override
    public ReadCounts counts() {
        return counts;
    }

    @Override
    public Decisions decisions() {
        return decisions;
    }

    @Override
    public long kept() {
        return kept;
    }

    @Override
    public long sentAgain() {
        return found.sentAgain();
    }

    @Override
    public LongStream enterPrints() {
        return found.enters().prints();
    }

    @Override
    public LongStream exitPrints() {
        return found.exitPrints();
    }

    @Override
    public Iterator<PlannedChange> enters(LongPredicate which) {
        return new Entering(found.enters().changes(link.exitEpoch(), which));
    }

    @Override
    public Iterator<PlannedChange> exits(LongPredicate which) {
        return new Leaving(
                found.exitsByKey(), found.exits(), print -> !decisions.kept().contains(print) && which.test(print));
    }

    @Override
    public Iterator<PlannedChange> noLongerWanted() {
        return new Leaving(found.noLongerWantedByKey(), found.noLongerWanted(), print -> true);
    }

    @Override
    public Iterator<PlannedChange> wantedAgain() {
        return found.wantedAgain().iterator();
    }

    @Override
    public void stored(List<PlannedChange> acknowledged, List<PlannedChange> notAcknowledged) {
        followed.ifPresent(index -> index.stored(acknowledged, notAcknowledged));
    }

    @Override
    public void lostTrack() {
        followed.ifPresent(FollowedIndex::giveUp);
    }

    /** A new key whose fingerprint is that of a member turned down before is another person, without a row. */
    private final class Entering implements Iterator<PlannedChange> {
        private final Iterator<PlannedChange> all;
        private Iterator<PlannedChange> ready = Collections.emptyIterator();

        private Entering(Iterator<PlannedChange> all) {
            this.all = all;
        }

        @Override
        public boolean hasNext() {
            return ready.hasNext() || all.hasNext();
        }

        @Override
        public PlannedChange next() {
            if (!ready.hasNext()) {
                List<PlannedChange> some = new ArrayList<>(KEYS_AT_ONCE);
                while (all.hasNext() && some.size() < KEYS_AT_ONCE) {
                    some.add(all.next());
                }
                lookAgain(some);
                ready = some.iterator();
            }
            return ready.next();
        }

        private void lookAgain(List<PlannedChange> some) {
            List<Long> prints = some.stream()
                    .filter(change -> change.stored() != Standing.NONE)
                    .map(PlannedChange::fingerprint)
                    .toList();
            if (prints.isEmpty()) {
                return;
            }
            Set<String> stored = new HashSet<>();
            store.find(link.id(), prints).forEach(member -> stored.add(member.key()));
            some.replaceAll(change -> change.stored() == Standing.NONE || stored.contains(change.key())
                    ? change
                    : PlannedChange.enter(change.key(), change.fingerprint(), Standing.NONE, link.exitEpoch()));
        }
    }

    /** First those known by key, then those whose keys are fetched by their fingerprints. */
    private final class Leaving implements Iterator<PlannedChange> {
        private final PrimitiveIterator.OfLong prints;
        private final LongPredicate which;
        private Iterator<PlannedChange> ready;

        private Leaving(List<PlannedChange> first, LongSpool prints, LongPredicate which) {
            this.ready = first.stream()
                    .filter(change -> which.test(change.fingerprint()))
                    .iterator();
            this.prints = prints.iterator();
            this.which = which;
        }

        @Override
        public boolean hasNext() {
            while (!ready.hasNext() && prints.hasNext()) {
                List<Long> some = new ArrayList<>(KEYS_AT_ONCE);
                while (prints.hasNext() && some.size() < KEYS_AT_ONCE) {
                    long print = prints.nextLong();
                    if (which.test(print)) {
                        some.add(print);
                    }
                }
                ready = store.find(link.id(), some).stream()
                        .map(m -> PlannedChange.exit(m.key(), m.fingerprint(), m.standing(), m.run()))
                        .iterator();
            }
            return ready.hasNext();
        }

        @Override
        public PlannedChange next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return ready.next();
        }
    }
}
