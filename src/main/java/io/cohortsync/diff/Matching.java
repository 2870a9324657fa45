package io.cohortsync.diff;

import io.cohortsync.link.Link;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.membership.Standing;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/**
 * Matches the keys of a snapshot, or of a range of their fingerprints, with what is stored of one link's members. Most are
 * known by their fingerprint alone; those in doubt, those whose removal was refused, and those whose fingerprint several
 * keys share, by their keys.
 */
final class Matching implements KeySink {

    private final Acknowledged acknowledged;
    private final TurnedDown turnedDown;
    private final Resync resync;
    private final EnterSpool enters;
    private final long now;
    private final FingerprintSet ambiguous;
    private final FingerprintSet comparedByKey;
    private final Map<String, ByKey> byKey = new HashMap<>();
    private int[] places = new int[0];
    private long same;
    private long sentAgain;
    private long settled;
    private long duplicate;

    /** A member who is compared by the key. */
    private static final class ByKey {
        private final long fingerprint;
        private final Optional<Member> stored;
        private final Optional<Doubt> doubt;
        private boolean seen;

        private ByKey(long fingerprint, Optional<Member> stored, Optional<Doubt> doubt) {
            this.fingerprint = fingerprint;
            this.stored = stored;
            this.doubt = doubt;
        }

        private Standing standing() {
            return stored.map(Member::standing).orElse(Standing.NONE);
        }

        private boolean isAcknowledged() {
            return standing() == Standing.ACKNOWLEDGED;
        }

        private boolean due(long now) {
            return stored.flatMap(Member::nextTry)
                    .map(at -> at.toEpochMilli() <= now)
                    .orElse(true);
        }

        private boolean leaves(long now) {
            return !seen && (doubt.isPresent() || isAcknowledged() && due(now));
        }

        private boolean isNoLongerWanted() {
            return !seen && doubt.isEmpty() && !isAcknowledged();
        }

        private boolean isWantedAgain() {
            return seen
                    && doubt.isEmpty()
                    && isAcknowledged()
                    && stored.flatMap(Member::nextTry).isPresent();
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

    /**
     * @param range what is matched here; what is acknowledged and turned down lies in it
     * @param doubts the members in doubt, by their fingerprints
     */
    Matching(
            MembershipStore store,
            Link link,
            FingerprintRange range,
            Acknowledged acknowledged,
            EnterSpool enters,
            Map<Long, List<Doubt>> doubts,
            Instant now) {
        this.acknowledged = acknowledged;
        this.turnedDown = TurnedDown.load(store, link.id(), range);
        this.resync = Resync.load(store, link, range, acknowledged.prints());
        this.enters = enters;
        this.now = now.toEpochMilli();
        Map<Long, List<Doubt>> here = new HashMap<>(doubts);
        here.keySet().removeIf(print -> !range.contains(print));
        this.ambiguous = ambiguous().toSet();
        LongList byKeyPrints = ambiguous();
        here.keySet().forEach(byKeyPrints::add);
        this.comparedByKey = byKeyPrints.toSet();
        leaveOut(acknowledged.prints());
        leaveOut(turnedDown.prints());
        load(store, link, here);
    }

    private LongList ambiguous() {
        LongList prints = new LongList(0);
        acknowledged.shared().forEach(prints::add);
        prints.addAll(turnedDown.toCompareByKey());
        turnedDown.prints().forEach(print -> {
            if (acknowledged.prints().contains(print)) {
                prints.add(print);
            }
        });
        return prints;
    }

    /** Whom this set does not tell apart is neither shown by a fingerprint nor missed by it. */
    private void leaveOut(FingerprintSet set) {
        set.forgetSeen();
        comparedByKey.forEach(print -> {
            int place = set.find(print);
            if (place != FingerprintSet.ABSENT) {
                set.see(place);
            }
        });
    }

    private void load(MembershipStore store, Link link, Map<Long, List<Doubt>> doubts) {
        List<Long> prints = new ArrayList<>();
        comparedByKey.forEach(prints::add);
        for (Member member : store.find(link.id(), prints)) {
            byKey.put(member.key(), new ByKey(member.fingerprint(), Optional.of(member), Optional.empty()));
        }
        doubts.forEach((print, members) -> {
            for (Doubt doubt : members) {
                Optional<Member> stored =
                        Optional.ofNullable(byKey.get(doubt.key())).flatMap(known -> known.stored);
                byKey.put(doubt.key(), new ByKey(print, stored, Optional.of(doubt)));
            }
        });
    }

    @Override
    public void accept(long[] fingerprints, byte[] bytes, int[] starts, int[] ends, int count) {
        if (places.length < count) {
            places = new int[count];
        }
        // Nothing of one search waits for another: the core has several on their way to memory at once.
        for (int i = 0; i < count; i++) {
            places[i] = acknowledged.prints().find(fingerprints[i]);
        }
        for (int i = 0; i < count; i++) {
            if (comparedByKey.contains(fingerprints[i])) {
                meetByKey(fingerprints[i], bytes, starts[i], ends[i]);
            } else if (places[i] == FingerprintSet.ABSENT) {
                meetOther(fingerprints[i], bytes, starts[i], ends[i]);
            } else if (!acknowledged.prints().see(places[i])) {
                duplicate++;
            } else if (resync.owes(places[i])) {
                sentAgain++;
                enters.add(fingerprints[i], Standing.ACKNOWLEDGED, bytes, starts[i], ends[i] - starts[i]);
            } else {
                same++;
            }
        }
    }

    private void meetOther(long print, byte[] bytes, int start, int end) {
        int place = turnedDown.prints().find(print);
        if (place == FingerprintSet.ABSENT) {
            enters.add(print, Standing.NONE, bytes, start, end - start);
        } else if (!turnedDown.prints().see(place)) {
            duplicate++;
        } else if (turnedDown.due(place, now)) {
            enters.add(print, turnedDown.standing(place), bytes, start, end - start);
        } else {
            settled++;
        }
    }

    private void meetByKey(long print, byte[] bytes, int start, int end) {
        ByKey member = byKey.get(new String(bytes, start, end - start, StandardCharsets.UTF_8));
        if (member == null) {
            enters.add(print, Standing.NONE, bytes, start, end - start);
        } else if (member.seen) {
            duplicate++;
        } else {
            member.seen = true;
            if (member.doubt.isEmpty() && member.isAcknowledged() && !resync.owes(member.stored.orElseThrow())) {
                same++;
            } else if (member.doubt.isPresent() || member.isAcknowledged() || member.due(now)) {
                sentAgain += member.doubt.isEmpty() && member.isAcknowledged() ? 1 : 0;
                enters.add(print, member.standing(), bytes, start, end - start);
            } else {
                settled++;
            }
        }
    }

    long same() {
        return same;
    }

    /** Of those who enter, how many do so because of a resync. */
    long sentAgain() {
        return sentAgain;
    }

    long settled() {
        return settled;
    }

    long duplicate() {
        return duplicate;
    }

    /** Fingerprints that do not tell one member from another, or of one whose removal was refused. */
    FingerprintSet ambiguousPrints() {
        return ambiguous;
    }

    /** The members compared by key who leave. */
    List<PlannedChange> exitsByKey() {
        return exitsOf(member -> member.leaves(now));
    }

    /** The members compared by key whom the target did not take and the snapshot no longer wants. */
    List<PlannedChange> noLongerWantedByKey() {
        return exitsOf(ByKey::isNoLongerWanted);
    }

    private List<PlannedChange> exitsOf(Predicate<ByKey> which) {
        List<PlannedChange> changes = new ArrayList<>();
        byKey.forEach((key, member) -> {
            if (which.test(member)) {
                changes.add(PlannedChange.exit(key, member.fingerprint, member.standing(), member.lastEnter()));
            }
        });
        return changes;
    }

    /** The members whom the target would not let go and the snapshot wants again. */
    List<PlannedChange> wantedAgain(long exitEpoch) {
        List<PlannedChange> changes = new ArrayList<>();
        byKey.forEach((key, member) -> {
            if (member.isWantedAgain()) {
                changes.add(PlannedChange.enter(key, member.fingerprint, member.standing(), exitEpoch));
            }
        });
        return changes;
    }

    /** The fingerprints of the other members who leave, rising. */
    void exits(LongConsumer exit) {
        acknowledged.prints().forEachUnseen(exit);
    }

    /** The fingerprints of the others whom the target did not take and the snapshot no longer wants, rising. */
    void noLongerWanted(LongConsumer unwanted) {
        turnedDown.prints().forEachUnseen(unwanted);
    }
}
