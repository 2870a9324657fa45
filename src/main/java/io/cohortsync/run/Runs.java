package io.cohortsync.run;

import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.diff.LinkPlan;
import io.cohortsync.diff.ReadCounts;
import io.cohortsync.link.Link;
import io.cohortsync.link.Links;
import io.cohortsync.schedule.Firings;
import io.cohortsync.schedule.Schedule;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/** Begins runs, and has them pass the wall; {@code runs} in the routes. */
@Component
public class Runs {

    private static final Logger LOG = LoggerFactory.getLogger(Runs.class);
    private static final int TRIES_TO_BEGIN = 3;
    private static final String FOLLOWS = "a run or a verification is under way; one more run follows it";

    private final Settings settings;
    private final Leases leases;
    private final RunStore store;
    private final Links links;
    private final TransactionOperations transactions;
    private final Clock clock;
    private final Overdue overdue;
    private final LinkEnds ends;
    private final ApplicationEventPublisher events;
    private final SourceNews news;
    private final Halts halts;
    private final UnderWay underWay;

    Runs(
            Settings settings,
            Leases leases,
            RunStore store,
            Links links,
            TransactionOperations transactions,
            Overdue overdue,
            LinkEnds ends,
            ApplicationEventPublisher events,
            SourceNews news,
            Halts halts,
            UnderWay underWay,
            Clock clock) {
        this.settings = settings;
        this.leases = leases;
        this.store = store;
        this.links = links;
        this.transactions = transactions;
        this.overdue = overdue;
        this.ends = ends;
        this.events = events;
        this.news = news;
        this.halts = halts;
        this.underWay = underWay;
        this.clock = clock;
    }

    /**
     * What came of trying to begin a run.
     *
     * @param run the run that began, if one did
     * @param running else the run that is under way, if one is
     * @param why else why none began
     */
    public record Beginning(Optional<Run> run, Optional<Long> running, String why) {

        /** No run began, and none is known to be under way. */
        public static Beginning none(String why) {
            return new Beginning(Optional.empty(), Optional.empty(), why);
        }

        public boolean isBegun() {
            return run.isPresent();
        }

        /** Whether what is asked for comes after what keeps the sync busy now. */
        public boolean follows() {
            return why.equals(FOLLOWS);
        }
    }

    /**
     * Begins a run of a sync if its lease can be taken. While another run is under way, one follow-up is noted instead.
     *
     * @param fire for {@code schedule}, when it was due to fire; null otherwise
     */
    public Beginning begin(String sync, String trigger, Date fire) {
        if (halts.nodeStops()) {
            return Beginning.none("this node is stopping");
        }
        if (!settings.syncs().containsKey(sync)) {
            return Beginning.none("there is no sync " + sync + " in the configuration");
        }
        try {
            return tryToBegin(sync, trigger, fire);
        } catch (DataAccessException | TransactionException e) {
            LOG.warn("{}: no run began: the state database does not answer", sync);
            LOG.debug("{}: no run began", sync, e);
            if (Trigger.of(trigger) == Trigger.SCHEDULE || Trigger.of(trigger) == Trigger.FOLLOW_UP) {
                // It is not lost: the sync is overdue, and looked at until a run begins.
                overdue.lookAt(sync);
            }
            return Beginning.none("the state database does not answer");
        }
    }

    /** Begins a run if no other is under way; none follows the one that is. */
    public Beginning beginAlone(SyncSettings sync) {
        if (halts.nodeStops()) {
            return Beginning.none("this node is stopping");
        }
        Optional<Run> run = begin(sync, Trigger.MANUAL, () -> leases.takeAside(sync.name()));
        return run.isPresent()
                ? new Beginning(run, Optional.empty(), "")
                : new Beginning(
                        Optional.empty(), store.running(sync.name()), "a run is under way, or the sync is paused");
    }

    private Beginning tryToBegin(String sync, String trigger, Date fire) {
        SyncSettings wanted = settings.syncs().get(sync);
        Trigger why = Trigger.of(trigger);
        Optional<Instant> firing = Optional.ofNullable(fire).map(at -> due(wanted, at.toInstant()));
        // Between the two questions the run under way may end; then the lease is to be had.
        for (int i = 0; i < TRIES_TO_BEGIN; i++) {
            Optional<Run> run = begin(wanted, why, () -> take(wanted, why, firing));
            // A lease that is held may be a dead node's, and then it ends soon.
            if (why == Trigger.START && (run.isPresent() || !leases.isHeld(sync))) {
                overdue.settled(sync);
            }
            if (run.isPresent()) {
                return new Beginning(run, Optional.empty(), "");
            }
            Optional<Long> running = store.running(sync);
            if (why == Trigger.START
                    || why == Trigger.FOLLOW_UP
                    || why == Trigger.SCHEDULE && wanted.schedule() instanceof Schedule.Once) {
                return new Beginning(Optional.empty(), running, "it is not due");
            }
            if (leases.askForFollowUp(sync, firing, isAskedFor(why))) {
                return new Beginning(Optional.empty(), running, FOLLOWS);
            }
        }
        return Beginning.none("the sync is paused or quarantined, or another node took this firing");
    }

    /** The due time a firing stands for: one that comes late stands for all that passed meanwhile. */
    private Instant due(SyncSettings sync, Instant fired) {
        Instant named = firings(sync).named(fired);
        return firings(sync).lastDue(clock.instant()).filter(named::isBefore).orElse(named);
    }

    private static Firings firings(SyncSettings sync) {
        return Firings.of(sync.schedule(), sync.name());
    }

    private Optional<Lease> take(SyncSettings sync, Trigger why, Optional<Instant> firing) {
        if (isAskedFor(why)) {
            return leases.take(sync.name());
        }
        if (why == Trigger.CHANGE) {
            return leases.takeForChange(sync.name(), clock.instant());
        }
        if (why == Trigger.FOLLOW_UP) {
            return leases.takeForFollowUp(sync.name(), clock.instant());
        }
        if (sync.schedule() instanceof Schedule.Once && leases.everSucceeded(sync.name())) {
            overdue.settled(sync.name());
            return Optional.empty();
        }
        return why == Trigger.SCHEDULE ? leases.takeForFiring(sync.name(), firing.orElseThrow()) : takeAtStart(sync);
    }

    /** A person wants it, whatever the schedule says. */
    private static boolean isAskedFor(Trigger why) {
        return why == Trigger.MANUAL || why == Trigger.REDRIVE;
    }

    private Optional<Lease> takeAtStart(SyncSettings sync) {
        boolean first = overdue.isFirstLook(sync.name());
        // Where nothing is ever due by itself, a run that a person began may have been cut off.
        Instant due = firings(sync).lastDue(clock.instant()).orElse(Instant.EPOCH);
        return leases.takeIfOverdue(sync.name(), due, clock.instant(), first);
    }

    /** The lease, which takes a firing or a follow-up, is taken in one with the run's row: else a crash would lose it. */
    private Optional<Run> begin(SyncSettings sync, Trigger why, Supplier<Optional<Lease>> taking) {
        // A row that another node inserts first would end the transaction.
        links.register(sync);
        Optional<Run> begun = transactions.execute(tx -> taking.get().map(lease -> start(sync, why, lease)));
        begun.ifPresent(run -> {
            leases.hold(run.lease());
            underWay.begun(run);
        });
        return begun;
    }

    private Run start(SyncSettings sync, Trigger why, Lease lease) {
        Instant now = clock.instant();
        links.claim(sync.name(), lease.token());
        store.abandoned(sync.name(), lease.token()).forEach(run -> abandon(sync, run));
        events.publishEvent(new LinksClaimed(sync.name(), lease.token()));
        long id = store.insert(sync.name(), lease.token(), why, now);
        List<Link> current = links.of(sync);
        links.claim(sync.name(), lease.token());
        LOG.debug("{}: run {} begins ({})", sync.name(), id, why.word());
        return new Run(id, sync, lease, current, now, Optional.empty());
    }

    /** Ends the books of a run whose node died: what was sent without an answer is unknown, the rest was not tried. */
    private void abandon(SyncSettings sync, long run) {
        ends.cutShort(run, RunState.FAILED, "the node that ran it stopped or lost the state database");
        LOG.warn(
                "{}: run {} was cut off when its node stopped or lost the state database; this run settles what it left in"
                        + " doubt",
                sync.name(),
                run);
    }

    /** Writes down what the complete snapshot asks for: from here on changes may be sent. */
    public void passWall(Run run, List<LinkPlan> plans) {
        Map<Link, ReadCounts> counts = new LinkedHashMap<>();
        plans.forEach(plan -> counts.put(plan.link(), plan.counts()));
        Set<Link> firstOfTheirIdentity = passWall(run, counts);
        plans.stream()
                .filter(plan -> firstOfTheirIdentity.contains(plan.link()))
                .forEach(plan -> plan.stored(List.of(), List.of()));
    }

    /**
     * As the other, of these numbers alone.
     *
     * @return the links that were not filled under what they are now, whose versions it raised
     */
    public Set<Link> passWall(Run run, Map<Link, ReadCounts> counts) {
        long read = counts.values().stream().mapToLong(ReadCounts::read).max().orElse(0);
        return transactions.execute(tx -> {
            if (!store.read(run.id(), read)) {
                throw new IllegalStateException("another node runs this sync now");
            }
            counts.forEach((link, numbers) -> store.insertLink(run.id(), link.id(), numbers));
            news.undone(run);
            return counts.keySet().stream()
                    .filter(link -> links.remember(run.sync(), link))
                    .collect(Collectors.toSet());
        });
    }

    /**
     * Whether a person asked for what is read, who may use more of a source's quota than a schedule.
     *
     * @param run null: it is a plan
     */
    public boolean isByHand(Run run) {
        return run == null
                || store.find(run.id())
                        .filter(known -> known.trigger().equals(Trigger.MANUAL.word()))
                        .isPresent();
    }
}
