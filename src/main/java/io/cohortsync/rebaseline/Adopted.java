package io.cohortsync.rebaseline;

import io.cohortsync.diff.LinkPlan;
import io.cohortsync.diff.PlannedChange;
import io.cohortsync.diff.ReadCounts;
import io.cohortsync.held.Decisions;
import io.cohortsync.link.Link;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/** A plan as it stands in the books once its snapshot is adopted: everybody in it is the same, and nothing is sent. */
record Adopted(LinkPlan plan) implements LinkPlan {

    @Override
    public Link link() {
        return plan.link().kept();
    }

    @Override
    public ReadCounts counts() {
        ReadCounts counts = plan.counts();
        return new ReadCounts(
                counts.read(),
                counts.same() + counts.enter(),
                counts.settled(),
                0,
                counts.invalid(),
                counts.anonymous(),
                counts.duplicate(),
                0);
    }

    @Override
    public Decisions decisions() {
        return plan.decisions();
    }

    @Override
    public long kept() {
        return plan.kept();
    }

    @Override
    public long sentAgain() {
        return 0;
    }

    @Override
    public LongStream enterPrints() {
        return LongStream.empty();
    }

    @Override
    public LongStream exitPrints() {
        return LongStream.empty();
    }

    @Override
    public Iterator<PlannedChange> enters(LongPredicate which) {
        return Collections.emptyIterator();
    }

    @Override
    public Iterator<PlannedChange> exits(LongPredicate which) {
        return Collections.emptyIterator();
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
    public void stored(List<PlannedChange> acknowledged, List<PlannedChange> notAcknowledged) {
        lostTrack();
    }

    /** Too much changes at once to follow. */
    @Override
    public void lostTrack() {
        plan.lostTrack();
    }
}
