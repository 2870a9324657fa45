package io.cohortsync.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.diff.Diff;
import io.cohortsync.diff.IndexTruth;
import io.cohortsync.diff.LinkPlan;
import io.cohortsync.guard.Guard;
import io.cohortsync.link.Link;
import io.cohortsync.link.LinkChanges;
import io.cohortsync.link.Links;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.run.LinkEnds;
import io.cohortsync.run.Run;
import io.cohortsync.run.RunEnds;
import io.cohortsync.run.Runs;
import io.cohortsync.snapshot.Comparison;
import io.cohortsync.snapshot.Comparisons;
import io.cohortsync.source.Chunk;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.BreakableDatabase;
import io.cohortsync.testing.Database;
import io.cohortsync.testing.StateBeans;
import java.net.SocketTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Random runs over the real store and diff, each of whose batches ends in a random way, against a target that drops what
 * repeats a message id, as Segment does.
 */
class ManyRunsTest {

    private static final AdjustableClock CLOCK = new AdjustableClock();
    private static final Map<List<Object>, StateBeans> BEANS = new HashMap<>();

    @AfterContainer
    static void close() {
        BEANS.values().forEach(StateBeans::close);
        assertThat(timesKept)
                .as("how often a link's members were known from memory")
                .isGreaterThan(100);
        assertThat(timesBroken).as("how often the database went away").isGreaterThan(100);
    }

    private static final class AdjustableClock extends Clock {
        private Instant now = Instant.parse("2026-03-01T10:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    /** How one batch ends. */
    enum End {
        TAKEN,
        TAKEN_TOO,
        ANSWER_LOST,
        CALL_LOST,
        SERVER_ERROR_APPLIED,
        TOO_MANY_REQUESTS,
        LOST_THEN_REFUSED,
        TAKEN_AFTER_ALL,
        LEASE_LOST,
        CRASH_BEFORE_DOUBT,
        CRASH_AFTER_DOUBT,
        CRASH_AFTER_APPLY,
        CRASH_AFTER_ACKNOWLEDGEMENT
    }

    /** Where a run crashes apart from its batches. */
    enum Cut {
        NOWHERE,
        NOWHERE_TOO,
        NOWHERE_EITHER,
        BEFORE_THE_WALL,
        AFTER_THE_WALL,
        BEFORE_ITS_END,
        BEFORE_THE_LEASE_IS_BACK
    }

    /**
     * @param breaks after how many statements and commits the database goes away; negative: its last answer is lost
     * @param removed whom another writer of the membership removes afterwards
     * @param resync whether a person asks before that everybody is sent again
     */
    record Step(
            Set<Integer> snapshot,
            List<End> ends,
            Set<Integer> refused,
            Cut cut,
            boolean later,
            Optional<Integer> breaks,
            Optional<Integer> removed,
            boolean resync) {}

    private static final class Crash extends RuntimeException {}

    /** The receiver: who is in, which ids it has seen, and what must never be sent to it. */
    private static final class Target {
        private final Set<String> strangers;
        private final Set<String> members = new TreeSet<>();
        private final Set<String> added = new TreeSet<>();
        private final Set<String> ids = new HashSet<>();
        private final Set<String> mayBeIn = new HashSet<>();
        private final Map<String, Set<String>> current = new HashMap<>();
        private final Map<String, Set<String>> flippedSince = new HashMap<>();

        private Target(Set<String> strangers) {
            this.strangers = strangers;
        }

        /** The target said that it did not take the call: nobody was added or removed by it. */
        private void turnAway(Batch batch) {
            batch.changes().forEach(change -> assertThat(mayBeIn).contains(change.memberKey()));
        }

        private void send(Batch batch, boolean applied) {
            for (Change change : batch.changes()) {
                String key = change.memberKey();
                assertThat(mayBeIn).as("removed, but never added").contains(key);
                String way = key + change.enter();
                String other = key + !change.enter();
                assertThat(flippedSince.getOrDefault(way, Set.of()))
                        .as("an id from before a flip of %s", key)
                        .doesNotContain(change.messageId());
                Set<String> before = current.computeIfAbsent(other, k -> new HashSet<>());
                assertThat(before).as("an id of the other direction").doesNotContain(change.messageId());
                flippedSince.computeIfAbsent(other, k -> new HashSet<>()).addAll(before);
                before.clear();
                current.computeIfAbsent(way, k -> new HashSet<>()).add(change.messageId());
                if (applied && !strangers.contains(key) && ids.add(change.messageId())) {
                    if (change.enter()) {
                        added.add(key);
                        members.add(key);
                    } else {
                        members.remove(key);
                    }
                }
            }
        }

        /** Somebody else has removed this member. */
        private void removed(String key) {
            Set<String> enters = current.computeIfAbsent(key + true, k -> new HashSet<>());
            flippedSince.computeIfAbsent(key + true, k -> new HashSet<>()).addAll(enters);
            enters.clear();
            members.remove(key);
        }

        /** From here on nobody can say that these were never added. */
        private void doubt(Batch batch) {
            batch.changes().stream()
                    .filter(Change::enter)
                    .map(Change::memberKey)
                    .forEach(mayBeIn::add);
        }

        private List<String> unmatched(Batch batch) {
            return batch.changes().stream()
                    .map(Change::memberKey)
                    .filter(strangers::contains)
                    .toList();
        }
    }

    private static int timesKept;
    private static int timesBroken;

    private final Set<String> refused = new HashSet<>();
    private StateBeans beans;
    private Target target;
    private Iterator<End> ends;

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Integer> keys = Arbitraries.integers().between(0, 9);
        return Combinators.combine(
                        keys.set().ofMaxSize(10),
                        Arbitraries.of(End.class).list().ofMinSize(1).ofMaxSize(6),
                        keys.set().ofMaxSize(2),
                        Arbitraries.of(Cut.class),
                        Arbitraries.of(true, false),
                        Arbitraries.integers().between(-80, 80).optional(0.4),
                        keys.optional(0.1),
                        Arbitraries.of(false, false, true))
                .as(Step::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(10);
    }

    private static String key(int number) {
        return "person-" + number;
    }

    private static Set<String> keys(Set<Integer> numbers) {
        return numbers.stream().map(ManyRunsTest::key).collect(Collectors.toCollection(TreeSet::new));
    }

    @Property(tries = 500, shrinking = ShrinkingMode.BOUNDED)
    void whateverHappenedAFinalCleanRunLeavesTheTargetWithTheSnapshot(
            @ForAll("steps") List<Step> steps,
            @ForAll boolean mixed,
            @ForAll @net.jqwik.api.constraints.Size(max = 2)
                    Set<@net.jqwik.api.constraints.IntRange(max = 9) Integer> strangers) {
        check(Database.H2, steps, mixed, strangers);
    }

    @Property(tries = 40, shrinking = ShrinkingMode.BOUNDED)
    void soItDoesOnPostgresql(
            @ForAll("steps") List<Step> steps,
            @ForAll boolean mixed,
            @ForAll @net.jqwik.api.constraints.Size(max = 2)
                    Set<@net.jqwik.api.constraints.IntRange(max = 9) Integer> strangers) {
        check(Database.POSTGRESQL, steps, mixed, strangers);
    }

    private void check(Database product, List<Step> steps, boolean mixed, Set<Integer> strangers) {
        beans = BEANS.computeIfAbsent(
                List.of(product, mixed), b -> new StateBeans(product, Fingerprint.seeded(42), CLOCK, 3, mixed, 1));
        target = new Target(keys(strangers));
        clear();
        Set<String> everRefused = new TreeSet<>();
        for (Step step : steps) {
            refused.clear();
            refused.addAll(keys(step.refused()));
            everRefused.addAll(refused);
            ends = endlessly(step.ends());
            BreakableDatabase database = beans.bean(BreakableDatabase.class);
            step.breaks().ifPresent(calls -> database.breakAfter(Math.abs(calls), calls < 0));
            try {
                if (step.resync()) {
                    askForResync();
                }
                run(keys(step.snapshot()), step.cut());
                database.mend();
                Books.assertBalanced(jdbc());
            } catch (RuntimeException e) {
                assertThat(e instanceof Crash || database.isBroken())
                        .as(e.toString())
                        .isTrue();
                timesBroken += database.isBroken() ? 1 : 0;
                database.mend();
                jdbc().update("update sync set lease_until = timestamp with time zone '2000-01-01 00:00:00+00'");
            }
            step.removed().map(ManyRunsTest::key).ifPresent(this::removeByAnotherWriter);
            if (step.later()) {
                CLOCK.now = CLOCK.now.plus(Duration.ofDays(8));
            }
        }
        Set<String> last = keys(steps.get(steps.size() - 1).snapshot());
        ends = endlessly(List.of(End.TAKEN));

        run(last, Cut.NOWHERE);
        Set<String> known = new TreeSet<>(last);
        known.removeAll(target.strangers);
        // Who was refused may still be waiting for another try.
        assertThat(without(everRefused, target.members)).isEqualTo(without(everRefused, known));

        refused.clear();
        CLOCK.now = CLOCK.now.plus(Duration.ofDays(8));
        run(last, Cut.NOWHERE);
        assertThat(target.members).isEqualTo(known);
        assertThat(Books.acknowledged(jdbc())).isEqualTo(known);
        assertThat(Books.inDoubt(jdbc())).isZero();
        assertThat(jdbc().queryForObject("select count(*) from dead_letter", Integer.class))
                .isZero();
        Books.assertBalanced(jdbc());

        target.added.clear();
        run(last, Cut.NOWHERE);
        assertThat(target.added).isEmpty();
        askForResync();
        run(last, Cut.NOWHERE);
        assertThat(target.added).isEqualTo(known);
        assertThat(target.members).isEqualTo(known);
        assertThat(Books.acknowledged(jdbc())).isEqualTo(known);
        Books.assertBalanced(jdbc());
    }

    private void askForResync() {
        beans.bean(Links.class).of(beans.sync()).forEach(beans.bean(LinkChanges.class)::resync);
    }

    /** As a route does that uses the acknowledged state as its idempotent repository. */
    private void removeByAnotherWriter(String key) {
        int removed =
                jdbc().update("delete from membership where member_key = ? and state = 1 and next_try is null", key);
        if (removed > 0) {
            jdbc().update(
                            "update link set version = version + 1, acknowledged = acknowledged - 1, exit_epoch = exit_epoch + 1");
            target.removed(key);
        }
    }

    private static Set<String> without(Set<String> some, Set<String> all) {
        Set<String> rest = new TreeSet<>(all);
        rest.removeAll(some);
        return rest;
    }

    private static Iterator<End> endlessly(List<End> ends) {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public End next() {
                return ends.get(next++ % ends.size());
            }
        };
    }

    private JdbcTemplate jdbc() {
        return beans.bean(JdbcTemplate.class);
    }

    private void clear() {
        for (String table : List.of("membership", "delivery", "dead_letter", "run_link", "run", "link")) {
            jdbc().update("delete from " + table);
        }
        jdbc().update("update sync set lease_until = timestamp with time zone '2000-01-01 00:00:00+00'");
    }

    /** What the route run.camel.yaml does. */
    private void run(Set<String> snapshot, Cut cut) {
        Runs runs = beans.bean(Runs.class);
        Comparisons comparisons = beans.bean(Comparisons.class);
        Run run = runs.begin(StateBeans.SYNC, "manual", null).run().orElseThrow();
        Comparison comparison = comparisons.ofRun(run);
        comparison
                .pass()
                .accept(Chunk.of(
                        1, snapshot.stream().map(key -> new String[] {key}).toList()));
        List<LinkPlan> plans = comparison.pass().complete();
        crash(cut == Cut.BEFORE_THE_WALL);
        runs.passWall(run, plans);
        crash(cut == Cut.AFTER_THE_WALL);
        Link link = plans.get(0).link();
        try {
            Deliveries deliveries = beans.bean(Deliveries.class);
            LinkDelivery delivery = deliveries.open(run, beans.bean(Guard.class).check(run.sync(), plans.get(0)));
            while (delivery.isMore()) {
                for (Iterator<Batch> lane : delivery.lanes()) {
                    if (lane.hasNext()) {
                        deliver(deliveries, lane.next());
                    }
                }
            }
            crash(cut == Cut.BEFORE_ITS_END);
            deliveries.end(delivery);
            beans.bean(LinkEnds.class).finish(run, link, delivery.undone());
        } catch (LeaseLostException lost) {
            beans.bean(LinkEnds.class).breakOff(run, link, lost);
        }
        comparisons.release(comparison);
        boolean kept = IndexTruth.holds(
                beans.bean(Diff.class),
                beans.bean(MembershipStore.class),
                beans.bean(Links.class).of(beans.sync()).get(0));
        timesKept += kept ? 1 : 0;
        crash(cut == Cut.BEFORE_THE_LEASE_IS_BACK);
        beans.bean(RunEnds.class).finish(run);
        jdbc().update("update sync set lease_until = timestamp with time zone '2000-01-01 00:00:00+00'");
    }

    private static void crash(boolean now) {
        if (now) {
            throw new Crash();
        }
    }

    /** What the routes deliver.camel.yaml and errors.camel.yaml do. */
    private void deliver(Deliveries deliveries, Batch batch) {
        End end = ends.next();
        crash(end == End.CRASH_BEFORE_DOUBT);
        try {
            writeDoubt(deliveries, batch);
            crash(end == End.CRASH_AFTER_DOUBT);
            attempt(deliveries, batch, end);
        } catch (NotTriedException notTried) {
            deliveries.waiting(batch, notTried);
        } catch (LeaseLostException lost) {
            deliveries.unrecorded(batch, lost);
        }
    }

    private void writeDoubt(Deliveries deliveries, Batch batch) {
        try {
            deliveries.doubt(batch);
            target.doubt(batch);
        } catch (RuntimeException e) {
            if (beans.bean(BreakableDatabase.class).isBroken()) {
                // Maybe it is written, and then the next run has to take it for sent.
                target.doubt(batch);
            }
            throw e;
        }
    }

    private void attempt(Deliveries deliveries, Batch batch, End end) {
        boolean bad = batch.changes().stream().anyMatch(change -> refused.contains(change.memberKey()));
        switch (end) {
            case ANSWER_LOST, CALL_LOST -> {
                target.send(batch, end == End.ANSWER_LOST && !bad);
                note(batch, new SocketTimeoutException("no answer"));
                deliveries.failed(batch);
                return;
            }
            case SERVER_ERROR_APPLIED -> {
                target.send(batch, true);
                note(batch, new HttpOperationFailedException("u", 500, "no", null, Map.of(), ""));
                deliveries.failed(batch);
                return;
            }
            case TOO_MANY_REQUESTS -> {
                target.turnAway(batch);
                note(batch, new HttpOperationFailedException("u", 429, "no", null, Map.of(), ""));
                deliveries.failed(batch);
                return;
            }
            case LOST_THEN_REFUSED -> {
                target.send(batch, true);
                note(batch, new SocketTimeoutException("no answer"));
                refuse(deliveries, batch);
                return;
            }
            case TAKEN_AFTER_ALL -> {
                target.send(batch, true);
                note(batch, new SocketTimeoutException("no answer"));
            }
            default -> {}
        }
        if (bad && end != End.TAKEN_AFTER_ALL) {
            target.turnAway(batch);
            refuse(deliveries, batch);
            return;
        }
        target.send(batch, true);
        crash(end == End.CRASH_AFTER_APPLY);
        if (end == End.LEASE_LOST) {
            jdbc().update("update link set token = token + 1");
            jdbc().update("update sync set token = token + 1");
        }
        deliveries.accepted(batch, target.unmatched(batch));
        crash(end == End.CRASH_AFTER_ACKNOWLEDGEMENT);
    }

    private void refuse(Deliveries deliveries, Batch batch) {
        note(batch, new RecordsRejectedException("refused"));
        if (batch.isDivisible()) {
            deliveries.halve(batch);
        } else {
            deliveries.deadLetter(batch);
        }
    }

    private void note(Batch batch, Exception thrown) {
        beans.bean(Attempts.class).note(batch, thrown);
    }
}
