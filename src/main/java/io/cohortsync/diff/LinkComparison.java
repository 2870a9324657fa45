package io.cohortsync.diff;

import io.cohortsync.link.Link;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.member.MemberKeys;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.membership.Standing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares one snapshot with one link. Most members are known by their fingerprint alone; those in doubt, those whose
 * removal was refused, and those whose fingerprint several keys share, are compared key by key.
 */
final class LinkComparison {

    private static final Logger LOG = LoggerFactory.getLogger(LinkComparison.class);
    private static final int INVALID_SAMPLES = 5;
    private static final int KEYS_AT_ONCE = 1_000;

    private final Link link;
    private final Fingerprint fingerprint;
    private final MembershipStore store;
    private final Instant now;
    private final FingerprintIndex index = new FingerprintIndex();
    private final Map<String, Exact> exact = new HashMap<>();
    private final Set<Long> exactFingerprints = new HashSet<>();
    private final List<PlannedChange> enters = new ArrayList<>();
    private long read;
    private long same;
    private long settled;
    private long invalid;
    private long anonymous;
    private long duplicate;

    /** A member that is compared by its key. */
    private static final class Exact {
        private final long fingerprint;
        private final Optional<Member> stored;
        private final Optional<Doubt> doubt;
        private boolean seen;

        private Exact(long fingerprint, Optional<Member> stored, Optional<Doubt> doubt) {
            this.fingerprint = fingerprint;
            this.stored = stored;
            this.doubt = doubt;
        }

        private Standing standing() {
            return stored.map(Member::standing).orElse(Standing.NONE);
        }

        private boolean due(Instant now) {
            return stored.flatMap(Member::nextTry).map(at -> !at.isAfter(now)).orElse(true);
        }

        private boolean isWantedAgain() {
            return seen
                    && doubt.isEmpty()
                    && standing() == Standing.ACKNOWLEDGED
                    && stored.flatMap(Member::nextTry).isPresent();
        }

        private PlannedChange exit(String key) {
            return new PlannedChange(key, fingerprint, false, standing(), exitBase(lastEnter()));
        }

        /**
         * The run of the last enter that may have taken effect; where none is known, the last run that sent anything. A row
         * tells of a later answer than a doubt that is still written down for others' sake.
         */
        private long lastEnter() {
            long entered = Math.max(
                    stored.map(Member::run).orElse(0L),
                    doubt.map(Doubt::lastEnter).orElse(0L));
            return entered > 0 ? entered : doubt.map(Doubt::last).orElse(0L);
        }
    }

    LinkComparison(Link link, Fingerprint fingerprint, MembershipStore store, Collection<Doubt> doubts, Instant now) {
        this.link = link;
        this.fingerprint = fingerprint;
        this.store = store;
        this.now = now;
        load(doubts);
    }

    private void load(Collection<Doubt> doubts) {
        doubts.forEach(doubt -> exactFingerprints.add(fingerprint.of(doubt.key())));
        store.scan(link.id(), now, (print, standing, due, tried) -> {
            if (exactFingerprints.contains(print)) {
                return;
            }
            int last = index.size() - 1;
            boolean shared = last >= 0 && index.fingerprint(last) == print;
            if (shared) {
                index.removeLast();
            }
            boolean removalRefused = tried && standing == Standing.ACKNOWLEDGED;
            if (shared || removalRefused) {
                exactFingerprints.add(print);
            } else {
                index.append(print, standing, due);
            }
        });
        Map<String, Member> stored = new HashMap<>();
        store.find(link.id(), exactFingerprints).forEach(member -> stored.put(member.key(), member));
        stored.forEach((key, member) ->
                exact.put(key, new Exact(member.fingerprint(), Optional.of(member), Optional.empty())));
        for (Doubt doubt : doubts) {
            exact.put(
                    doubt.key(),
                    new Exact(
                            fingerprint.of(doubt.key()),
                            Optional.ofNullable(stored.get(doubt.key())),
                            Optional.of(doubt)));
        }
    }

    void accept(String value, long record) {
        read++;
        MemberKeys.Reading reading = MemberKeys.read(value, link.settings().normalize());
        if (reading instanceof MemberKeys.Reading.Usable usable) {
            compare(usable.key(), fingerprint.of(usable.utf8()));
        } else if (reading instanceof MemberKeys.Reading.Invalid bad) {
            if (invalid++ < INVALID_SAMPLES) {
                LOG.info("{}: record {} has an invalid member key: {}", link.name(), record, bad.reason());
            }
        } else {
            anonymous++;
        }
    }

    private void compare(String key, long print) {
        if (exactFingerprints.contains(print)) {
            compareExactly(key, print);
            return;
        }
        int place = index.find(print);
        if (place == FingerprintIndex.ABSENT) {
            enters.add(enter(key, print, Standing.NONE));
        } else if (!index.see(place)) {
            duplicate++;
        } else {
            meet(key, print, index.standing(place), index.due(place));
        }
    }

    private void compareExactly(String key, long print) {
        Exact member = exact.get(key);
        if (member == null) {
            enters.add(enter(key, print, Standing.NONE));
        } else if (member.seen) {
            duplicate++;
        } else {
            member.seen = true;
            if (member.doubt.isPresent()) {
                enters.add(enter(key, print, member.standing()));
            } else {
                meet(key, print, member.standing(), member.due(now));
            }
        }
    }

    private void meet(String key, long print, Standing standing, boolean due) {
        if (standing == Standing.ACKNOWLEDGED) {
            same++;
        } else if (due) {
            enters.add(enter(key, print, standing));
        } else {
            settled++;
        }
    }

    private PlannedChange enter(String key, long print, Standing standing) {
        return new PlannedChange(key, print, true, standing, "enter-" + link.exitEpoch());
    }

    private static String exitBase(long run) {
        return "exit-" + run;
    }

    LinkPlan complete() {
        dropRepeatedEnters();
        lookAgainAtThoseTurnedDown();
        List<PlannedChange> exactExits = new ArrayList<>();
        List<PlannedChange> exactUnwanted = new ArrayList<>();
        List<PlannedChange> wantedAgain = new ArrayList<>();
        exact.forEach((key, member) -> {
            if (member.isWantedAgain()) {
                wantedAgain.add(enter(key, member.fingerprint, Standing.ACKNOWLEDGED));
            } else if (!member.seen) {
                if (member.doubt.isPresent() || member.standing() == Standing.ACKNOWLEDGED && member.due(now)) {
                    exactExits.add(member.exit(key));
                } else if (member.standing() != Standing.ACKNOWLEDGED) {
                    exactUnwanted.add(member.exit(key));
                }
            }
        });
        IntPredicate isExit = place -> index.standing(place) == Standing.ACKNOWLEDGED && index.due(place);
        IntPredicate isUnwanted = place -> index.standing(place) != Standing.ACKNOWLEDGED;
        long exits = exactExits.size();
        for (int p = index.nextUnseen(0); p != FingerprintIndex.ABSENT; p = index.nextUnseen(p + 1)) {
            exits += isExit.test(p) ? 1 : 0;
        }
        ReadCounts counts = new ReadCounts(read, same, settled, enters.size(), invalid, anonymous, duplicate, exits);
        return new Plan(
                counts,
                enters.iterator(),
                new Unseen(exactExits, isExit),
                new Unseen(exactUnwanted, isUnwanted),
                wantedAgain.iterator());
    }

    /** A new key whose fingerprint is that of a member turned down before is another person, without a row. */
    private void lookAgainAtThoseTurnedDown() {
        List<Long> prints = enters.stream()
                .filter(change -> change.stored() != Standing.NONE)
                .map(PlannedChange::fingerprint)
                .toList();
        if (prints.isEmpty()) {
            return;
        }
        Set<String> stored = new HashSet<>();
        store.find(link.id(), prints).forEach(member -> stored.add(member.key()));
        enters.replaceAll(change -> change.stored() == Standing.NONE || stored.contains(change.key())
                ? change
                : enter(change.key(), change.fingerprint(), Standing.NONE));
    }

    /** New keys were not looked up among each other while they came in; side by side, the repeated ones show. */
    private void dropRepeatedEnters() {
        enters.sort(Comparator.comparingLong(PlannedChange::fingerprint).thenComparing(PlannedChange::key));
        List<PlannedChange> once = new ArrayList<>(enters.size());
        for (PlannedChange change : enters) {
            if (!once.isEmpty() && once.get(once.size() - 1).key().equals(change.key())) {
                duplicate++;
            } else {
                once.add(change);
            }
        }
        enters.clear();
        enters.addAll(once);
    }

    /** The members the snapshot did not show; their keys are fetched as they are asked for. */
    private final class Unseen implements Iterator<PlannedChange> {
        private Iterator<PlannedChange> ready;
        private final IntPredicate wanted;
        private int place;

        private Unseen(List<PlannedChange> first, IntPredicate wanted) {
            this.ready = first.iterator();
            this.wanted = wanted;
            this.place = index.nextUnseen(0);
        }

        @Override
        public boolean hasNext() {
            while (!ready.hasNext() && place != FingerprintIndex.ABSENT) {
                List<Long> prints = new ArrayList<>(KEYS_AT_ONCE);
                for (;
                        place != FingerprintIndex.ABSENT && prints.size() < KEYS_AT_ONCE;
                        place = index.nextUnseen(place + 1)) {
                    if (wanted.test(place)) {
                        prints.add(index.fingerprint(place));
                    }
                }
                ready = prints.isEmpty()
                        ? Collections.emptyIterator()
                        : fetch(prints).iterator();
            }
            return ready.hasNext();
        }

        private List<PlannedChange> fetch(List<Long> prints) {
            return store.find(link.id(), prints).stream()
                    .map(m -> new PlannedChange(m.key(), m.fingerprint(), false, m.standing(), exitBase(m.run())))
                    .toList();
        }

        @Override
        public PlannedChange next() {
            hasNext();
            return ready.next();
        }
    }

    private final class Plan implements LinkPlan {
        private final ReadCounts counts;
        private final Iterator<PlannedChange> enters;
        private final Iterator<PlannedChange> exits;
        private final Iterator<PlannedChange> unwanted;
        private final Iterator<PlannedChange> wantedAgain;

        private Plan(
                ReadCounts counts,
                Iterator<PlannedChange> enters,
                Iterator<PlannedChange> exits,
                Iterator<PlannedChange> unwanted,
                Iterator<PlannedChange> wantedAgain) {
            this.counts = counts;
            this.enters = enters;
            this.exits = exits;
            this.unwanted = unwanted;
            this.wantedAgain = wantedAgain;
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
        public Iterator<PlannedChange> enters() {
            return enters;
        }

        @Override
        public Iterator<PlannedChange> exits() {
            return exits;
        }

        @Override
        public Iterator<PlannedChange> noLongerWanted() {
            return unwanted;
        }

        @Override
        public Iterator<PlannedChange> wantedAgain() {
            return wantedAgain;
        }
    }
}
