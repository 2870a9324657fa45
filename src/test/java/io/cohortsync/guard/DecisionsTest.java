package io.cohortsync.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.config.GuardSettings;
import io.cohortsync.config.GuardSettings.Limit;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.delivery.Batch;
import io.cohortsync.delivery.Deliveries;
import io.cohortsync.delivery.LinkDelivery;
import io.cohortsync.diff.LinkPlan;
import io.cohortsync.held.HeldPlan;
import io.cohortsync.held.HeldPlans;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.run.LinkEnds;
import io.cohortsync.run.Run;
import io.cohortsync.run.RunEnds;
import io.cohortsync.run.Runs;
import io.cohortsync.snapshot.Comparison;
import io.cohortsync.snapshot.Comparisons;
import io.cohortsync.source.Chunk;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.Database;
import io.cohortsync.testing.StateBeans;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import org.springframework.jdbc.core.JdbcTemplate;

/** Random snapshots and random decisions of a person, against plain sets. */
class DecisionsTest {

    private static final int MOST = 3;
    private static final Map<Database, StateBeans> BEANS = new EnumMap<>(Database.class);

    @AfterContainer
    static void close() {
        BEANS.values().forEach(StateBeans::close);
    }

    enum Decision {
        NONE,
        APPROVE,
        DISCARD
    }

    /**
     * @param goesThrough whether the run delivers, or is cut off after the wall
     * @param meanwhile what is decided while it reads
     * @param decision what is decided after it
     */
    record Step(Set<Integer> snapshot, boolean goesThrough, Decision meanwhile, Decision decision) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Step> step = Combinators.combine(
                        Arbitraries.integers().between(1, 12).set().ofMaxSize(12),
                        Arbitraries.of(true, true, true, false),
                        Arbitraries.of(Decision.NONE, Decision.NONE, Decision.APPROVE, Decision.DISCARD),
                        Arbitraries.of(Decision.class))
                .as(Step::new);
        return step.list().ofMinSize(2).ofMaxSize(12);
    }

    @Property(tries = 150)
    void h2(@ForAll("steps") List<Step> steps) {
        new Simulation(Database.H2).go(steps);
    }

    @Property(tries = 40)
    void postgresql(@ForAll("steps") List<Step> steps) {
        new Simulation(Database.POSTGRESQL).go(steps);
    }

    /** What must be so, in plain sets. */
    private static final class Simulation {
        private final StateBeans beans;
        private final JdbcTemplate jdbc;
        private final Set<String> acknowledged = new TreeSet<>();
        private final Set<String> approved = new TreeSet<>();
        private final Set<String> kept = new TreeSet<>();
        private Set<String> held = Set.of();

        private Simulation(Database database) {
            // A window that is over at once: every run is looked at by itself.
            beans = BEANS.computeIfAbsent(
                    database,
                    db -> new StateBeans(
                            db, Fingerprint.seeded(5), Clock.fixed(Instant.EPOCH, ZoneOffset.UTC), 4, true, 1));
            jdbc = beans.bean(JdbcTemplate.class);
            List.of("membership", "delivery", "run_link", "run", "held_plan", "held_members", "link")
                    .forEach(table -> jdbc.update("delete from " + table));
            jdbc.update("update sync set lease_until = timestamp with time zone '2000-01-01 00:00:00+00'");
        }

        private void go(List<Step> steps) {
            for (Step step : steps) {
                run(step);
                assertAsExpected();
                decide(step.decision());
            }
        }

        private SyncSettings guarded(SyncSettings sync) {
            return new SyncSettings(
                    sync.name(),
                    sync.source(),
                    sync.cohort(),
                    sync.cohortId(),
                    sync.givenName(),
                    sync.pushed(),
                    sync.staleAfter(),
                    sync.schedule(),
                    sync.enabled(),
                    sync.links(),
                    new GuardSettings(
                            new Limit.Members(MOST), 0, Duration.ofSeconds(-1), true, new Limit.Off(), false));
        }

        private void run(Step step) {
            Set<String> snapshot = new TreeSet<>();
            step.snapshot().forEach(i -> snapshot.add("person-" + i));
            Run run = beans.bean(Runs.class)
                    .begin(StateBeans.SYNC, "manual", null)
                    .run()
                    .orElseThrow();
            Comparison comparison = beans.bean(Comparisons.class).ofRun(run);
            comparison
                    .pass()
                    .accept(Chunk.of(
                            1, snapshot.stream().map(key -> new String[] {key}).toList()));
            LinkPlan plan = comparison.pass().complete().get(0);
            beans.bean(Runs.class).passWall(run, List.of(plan));
            Set<String> approvedBefore = new TreeSet<>(approved);
            Set<String> keptBefore = new TreeSet<>(kept);
            boolean decided = decide(step.meanwhile());
            Cleared cleared = beans.bean(GuardBooks.class)
                    .record(run, beans.bean(Guard.class).check(guarded(run.sync()), plan));
            LinkDelivery delivery = beans.bean(Deliveries.class).open(run, cleared);
            if (step.goesThrough()) {
                deliver(delivery);
            }
            beans.bean(Deliveries.class).end(delivery);
            beans.bean(LinkEnds.class).finish(run, plan.link(), delivery.undone());
            beans.bean(RunEnds.class).finish(run);
            comparison.pass().close();
            if (decided) {
                expectNobodyToLeave(snapshot, step.goesThrough(), approvedBefore, keptBefore);
            } else {
                expect(snapshot, step.goesThrough());
            }
        }

        /** The run has not known of the decision, which the next goes by. */
        private void expectNobodyToLeave(
                Set<String> snapshot, boolean delivered, Set<String> approvedBefore, Set<String> keptBefore) {
            Set<String> leaving = new TreeSet<>(acknowledged);
            leaving.removeAll(snapshot);
            approved.removeIf(person -> approvedBefore.contains(person) && !leaving.contains(person));
            kept.removeIf(person -> keptBefore.contains(person) && !leaving.contains(person));
            held = Set.of();
            if (delivered) {
                acknowledged.addAll(snapshot);
            }
        }

        private void deliver(LinkDelivery delivery) {
            Iterator<Batch> lane = delivery.lanes().get(0);
            while (lane.hasNext()) {
                Batch batch = lane.next();
                beans.bean(Deliveries.class).doubt(batch);
                beans.bean(Deliveries.class).accepted(batch, List.of());
            }
        }

        private void expect(Set<String> snapshot, boolean delivered) {
            Set<String> leaving = new TreeSet<>(acknowledged);
            leaving.removeAll(snapshot);
            kept.retainAll(leaving);
            leaving.removeAll(kept);
            approved.retainAll(leaving);
            Set<String> others = new TreeSet<>(leaving);
            others.removeAll(approved);
            boolean tooMany = others.size() > MOST;
            held = tooMany ? others : Set.of();
            if (delivered) {
                acknowledged.addAll(snapshot);
                acknowledged.removeAll(approved);
                if (!tooMany) {
                    acknowledged.removeAll(others);
                }
            }
        }

        private void assertAsExpected() {
            Books.assertBalanced(jdbc);
            assertThat(Books.acknowledged(jdbc)).isEqualTo(acknowledged);
            assertThat(plans().kept(link())).isEqualTo(kept.size());
            assertThat(plan().map(HeldPlan::exits).orElse(0L)).isEqualTo(held.size());
            assertThat(jdbc.queryForObject(
                            "select coalesce(sum(members), 0) from held_members where standing = 'approved'",
                            Integer.class))
                    .as("an approval is about nobody else")
                    .isEqualTo(approved.size());
        }

        private boolean decide(Decision decision) {
            if (decision == Decision.NONE || plan().isEmpty()) {
                return false;
            }
            String id = plan().orElseThrow().id();
            if (decision == Decision.APPROVE) {
                assertThat(plans().approve(Map.of(link(), id))).isTrue();
                approved.addAll(held);
            } else {
                assertThat(plans().discard(Map.of(link(), id))).isTrue();
                kept.addAll(held);
            }
            assertThat(plan()).isEmpty();
            return true;
        }

        private HeldPlans plans() {
            return beans.bean(HeldPlans.class);
        }

        private Optional<HeldPlan> plan() {
            return plans().of(link());
        }

        private long link() {
            return jdbc.queryForObject("select id from link", Long.class);
        }
    }
}
