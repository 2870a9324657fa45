package io.cohortsync.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.cohortsync.config.TargetSettings;
import io.cohortsync.diff.PlannedChange;
import io.cohortsync.diff.ReadCounts;
import io.cohortsync.guard.Cleared;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * What one link would send.
 *
 * @param plan names the changes: those that would be held, if any; absent: nothing would be sent
 * @param held how many changes the guard would hold
 * @param why why it would hold them, or send nothing
 * @param kept how many are no longer wanted and stay, because a plan was discarded
 * @param estimatedCalls calls for what is not held, if none has to be repeated
 * @param estimatedMinutes how long these take at least at the target's rate; absent where it has none
 * @param entering some who would enter
 * @param leaving some who would leave
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record PlanView(
        String target,
        Optional<String> plan,
        long invalid,
        long anonymous,
        long duplicate,
        long same,
        long settled,
        long enter,
        long exit,
        long held,
        Optional<String> why,
        long kept,
        long estimatedCalls,
        Optional<Double> estimatedMinutes,
        List<String> entering,
        List<String> leaving) {

    private static final int SAMPLE = 10;

    static PlanView of(Cleared cleared) {
        ReadCounts counts = cleared.plan().counts();
        TargetSettings target = cleared.link().settings().target();
        long calls = calls(target, cleared.enters().passing(), cleared.exits().passing());
        return new PlanView(
                target.name(),
                cleared.planId(),
                counts.invalid(),
                counts.anonymous(),
                counts.duplicate(),
                counts.same(),
                counts.settled(),
                counts.enter(),
                counts.exit(),
                cleared.held(),
                cleared.why(),
                cleared.plan().kept(),
                calls,
                minutes(calls, target),
                sample(cleared.plan().enters()),
                sample(cleared.plan().exits()));
    }

    private static long calls(TargetSettings target, long enters, long exits) {
        return target.mixed()
                ? batches(enters + exits, target.batchSize())
                : batches(enters, target.batchSize()) + batches(exits, target.batchSize());
    }

    private static long batches(long changes, int size) {
        return (changes + size - 1) / size;
    }

    private static Optional<Double> minutes(long calls, TargetSettings target) {
        return target.rate().isPresent()
                ? Optional.of(Math.ceil(calls * 10.0 / (60 * target.rate().getAsInt())) / 10)
                : Optional.empty();
    }

    private static List<String> sample(Iterator<PlannedChange> changes) {
        List<String> keys = new ArrayList<>();
        while (changes.hasNext() && keys.size() < SAMPLE) {
            keys.add(changes.next().key());
        }
        return keys;
    }
}
