package io.cohortsync.diff;

import io.cohortsync.held.Decisions;
import io.cohortsync.link.Link;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/**
 * What a complete snapshot asks of one link, less whom a person has decided to keep. It can be read until the pass it comes
 * from is closed, enters in the order of their fingerprints. What the link's run stores is told here, so that the next
 * run need not load the link's members again.
 */
public interface LinkPlan {

    /** How many members one statement takes at most. */
    int AT_ONCE = 1_000;

    Link link();

    ReadCounts counts();

    /** What a person has decided about the link's members. */
    Decisions decisions();

    /** How many the snapshot does not want any more and a person has decided to keep: no exits. */
    long kept();

    /** Of those who enter, how many are acknowledged and sent again by a resync. */
    long sentAgain();

    /** The fingerprints of those who enter. */
    LongStream enterPrints();

    /** The fingerprints of those who leave, or are kept. */
    LongStream exitPrints();

    /** Those who enter and have such a fingerprint. */
    Iterator<PlannedChange> enters(LongPredicate which);

    /** Those who leave and have such a fingerprint. */
    Iterator<PlannedChange> exits(LongPredicate which);

    default Iterator<PlannedChange> enters() {
        return enters(print -> true);
    }

    default Iterator<PlannedChange> exits() {
        return exits(print -> true);
    }

    /** Goes through changes so many at a time, for statements that take many. */
    static void forEachSome(Iterator<PlannedChange> changes, Consumer<List<PlannedChange>> action) {
        while (changes.hasNext()) {
            List<PlannedChange> some = new ArrayList<>();
            while (changes.hasNext() && some.size() < AT_ONCE) {
                some.add(changes.next());
            }
            action.accept(some);
        }
    }

    /** Members that the target had turned down and that the snapshot no longer wants: forgotten, nothing is sent. */
    Iterator<PlannedChange> noLongerWanted();

    /** Members whose removal the target had refused and whom the snapshot wants again: nothing is sent. */
    Iterator<PlannedChange> wantedAgain();

    /**
     * One transaction that raised the link's version by one is committed.
     *
     * @param acknowledged the members of whom it stored that they are, and that no change of them was turned down
     * @param notAcknowledged the others of whom it stored anything
     */
    void stored(List<PlannedChange> acknowledged, List<PlannedChange> notAcknowledged);

    /** It is not known whether a transaction was committed. */
    void lostTrack();
}
