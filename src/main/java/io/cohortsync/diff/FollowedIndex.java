package io.cohortsync.diff;

import io.cohortsync.membership.Standing;
import java.util.List;
import java.util.Optional;

/**
 * Keeps what is known of a link's members up with what the run stores of them, so that the next run need not load them.
 * Where the simple truth is not simple to keep, it gives up, and they are loaded again.
 */
final class FollowedIndex {

    private static final int BYTES_AN_ENTER = 2 * Long.BYTES;

    private final Acknowledged before;
    private final FingerprintSet ambiguous;
    private final ReadCounts planned;
    private Optional<LongList> nowIn = Optional.empty();
    private Optional<LongList> nowOut = Optional.empty();
    private long version;
    private boolean good;

    /**
     * @param version the link's when it was loaded
     * @param ambiguous fingerprints that do not tell one member from another
     * @param planned how much may change
     */
    FollowedIndex(Acknowledged before, long version, FingerprintSet ambiguous, ReadCounts planned, long mostBytes) {
        this.before = before;
        this.version = version;
        this.ambiguous = ambiguous;
        this.planned = planned;
        this.good = before.bytes() + BYTES_AN_ENTER * planned.enter() + Long.BYTES * planned.exit() <= mostBytes;
    }

    /** One transaction has raised the link's version: of these members it stored that they are acknowledged, or not. */
    synchronized void stored(List<PlannedChange> acknowledged, List<PlannedChange> notAcknowledged) {
        version++;
        acknowledged.forEach(change -> follow(change, true));
        notAcknowledged.forEach(change -> follow(change, false));
    }

    private void follow(PlannedChange change, boolean isIn) {
        if (!good) {
            return;
        }
        long print = change.fingerprint();
        boolean wasIn = before.prints().contains(print);
        if (ambiguous.contains(print) || wasIn && change.stored() != Standing.ACKNOWLEDGED) {
            // Several members have this fingerprint, or one that was not simply acknowledged.
            giveUp();
        } else if (isIn && !wasIn) {
            LongList list = nowIn.orElseGet(() -> new LongList(planned.enter()));
            list.add(print);
            nowIn = Optional.of(list);
        } else if (!isIn && wasIn) {
            LongList list = nowOut.orElseGet(() -> new LongList(planned.exit()));
            list.add(print);
            nowOut = Optional.of(list);
        }
    }

    /** It is not known what was stored. */
    synchronized void giveUp() {
        good = false;
        nowIn = Optional.empty();
        nowOut = Optional.empty();
    }

    /** The link's version after what was stored. */
    synchronized long version() {
        return version;
    }

    /** The members as they are now; to be asked once. */
    synchronized Optional<Acknowledged> after() {
        nowIn.ifPresent(LongList::sort);
        nowOut.ifPresent(LongList::sort);
        good &= nowIn.map(LongList::distinct).orElse(true);
        if (!good || nowIn.isEmpty() && nowOut.isEmpty()) {
            return Optional.of(before).filter(unchanged -> good);
        }
        LongList none = new LongList(0);
        FingerprintSet prints = before.prints().with(nowIn.orElse(none), nowOut.orElse(none));
        return Optional.of(new Acknowledged(prints, before.shared()));
    }
}
