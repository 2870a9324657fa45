package io.cohortsync.testing;

import io.cohortsync.diff.LinkPlan;
import io.cohortsync.diff.PlannedChange;
import io.cohortsync.diff.ReadCounts;
import io.cohortsync.guard.Cleared;
import io.cohortsync.guard.Cleared.Part;
import io.cohortsync.held.Decisions;
import io.cohortsync.link.Link;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/** A plan that a test has made up. */
public record FixedPlan(Link link, List<PlannedChange> entering, List<PlannedChange> leaving) implements LinkPlan {

    /** As if guard had let all of it pass. */
    public Cleared cleared() {
        return new Cleared(this, passing(entering), passing(leaving), Optional.empty(), Optional.empty());
    }

    private static Part passing(List<PlannedChange> changes) {
        return new Part(changes.size(), 0, Optional.empty(), print -> true);
    }

    @Override
    public ReadCounts counts() {
        return new ReadCounts(entering.size(), 0, 0, entering.size(), 0, 0, 0, leaving.size());
    }

    @Override
    public Decisions decisions() {
        return Decisions.NONE;
    }

    @Override
    public long kept() {
        return 0;
    }

    @Override
    public long sentAgain() {
        return 0;
    }

    @Override
    public LongStream enterPrints() {
        return entering.stream().mapToLong(PlannedChange::fingerprint);
    }

    @Override
    public LongStream exitPrints() {
        return leaving.stream().mapToLong(PlannedChange::fingerprint);
    }

    @Override
    public Iterator<PlannedChange> enters(LongPredicate which) {
        return some(entering, which);
    }

    @Override
    public Iterator<PlannedChange> exits(LongPredicate which) {
        return some(leaving, which);
    }

    private static Iterator<PlannedChange> some(List<PlannedChange> changes, LongPredicate which) {
        return changes.stream()
                .filter(change -> which.test(change.fingerprint()))
                .iterator();
    }

    @Override
    public Iterator<PlannedChange> noLongerWanted() {
        return Collections.emptyIterator();
    }

    @Override
    public Iterator<PlannedChange> wantedAgain() {
        return Collections.emptyIterator();
    }

    @Override
    public void stored(List<PlannedChange> acknowledged, List<PlannedChange> notAcknowledged) {}

    @Override
    public void lostTrack() {}
}
