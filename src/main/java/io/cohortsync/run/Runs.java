package io.cohortsync.run;

import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.diff.LinkPlan;
import io.cohortsync.link.Link;
import io.cohortsync.link.Links;
import io.cohortsync.schedule.Firings;
import io.cohortsync.schedule.Schedule;
import io.cohortsync.source.Told;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/** Begins and ends runs; {@code runs} in the routes. */
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
    private final Quarantine quarantine;

    /** Runs whose end the state database did not take: whoever runs the sync next closes their books. */
    private final Set<Long> unwritten = ConcurrentHashMap.newKeySet();

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
            Quarantine quarantine,
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
        this.quarantine = quarantine;
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
            if (Trigger.of(trigger) == Trigger.SCHEDULE) {
                // The firing is not lost: it is overdue, and looked for until it is taken.
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
        Optional<Lease> lease = leases.take(sync.name());
        if (lease.isPresent()) {
            return new Beginning(Optional.of(begin(sync, Trigger.MANUAL, lease.get())), Optional.empty(), "");
        }
        return new Beginning(Optional.empty(), store.running(sync.name()), "a run is under way, or the sync is paused");
    }

    private Beginning tryToBegin(String sync, String trigger, Date fire) {
        SyncSettings wanted = settings.syncs().get(sync);
        Trigger why = Trigger.of(trigger);
        Optional<Instant> firing = Optional.ofNullable(fire).map(at -> due(wanted, at.toInstant()));
        // Between the two questions the run under way may end; then the lease is to be had.
        for (int i = 0; i < TRIES_TO_BEGIN; i++) {
            Optional<Lease> lease = take(wanted, why, firing);
            if (lease.isPresent()) {
                return new Beginning(Optional.of(begin(wanted, why, lease.get())), Optional.empty(), "");
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
        Optional<Lease> lease = leases.takeIfOverdue(sync.name(), due, clock.instant(), first);
        // It may be a dead node's, and then it ends soon.
        if (lease.isPresent() || !leases.isHeld(sync.name())) {
            overdue.settled(sync.name());
        }
        return lease;
    }

    private Run begin(SyncSettings sync, Trigger why, Lease lease) {
        try {
            return start(sync, why, lease);
        } catch (RuntimeException e) {
            leases.forget(lease);
            throw e;
        }
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
        Run run = new Run(id, sync, lease, current, now, Optional.empty());
        underWay.begun(run);
        return run;
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
        long read = plans.stream().mapToLong(p -> p.counts().read()).max().orElse(0);
        List<LinkPlan> firstOfTheirIdentity = transactions.execute(tx -> {
            if (!store.read(run.id(), read)) {
                throw new IllegalStateException("another node runs this sync now");
            }
            plans.forEach(plan -> store.insertLink(run.id(), plan.link().id(), plan.counts()));
            news.undone(run);
            return plans.stream()
                    .filter(plan -> links.remember(run.sync(), plan.link()))
                    .toList();
        });
        firstOfTheirIdentity.forEach(plan -> plan.stored(List.of(), List.of()));
    }

    /** The snapshot was not complete, or something broke; before the wall, nothing was sent. */
    public void fail(Run run, Throwable cause) {
        LinkEnds.note(run, cause);
        try {
            recordFailure(run, cause);
        } catch (DataAccessException | TransactionException e) {
            cannotWriteEnd(run);
        }
    }

    private void cannotWriteEnd(Run run) {
        unwritten.add(run.id());
        LOG.error(
                "{}: run {} ended, and the state database does not answer",
                run.sync().name(),
                run.id());
    }

    private void endUnsent(Run run, RunState state, String why) {
        try {
            store.finish(run.id(), state, Optional.of(why), clock.instant());
        } catch (DataAccessException e) {
            cannotWriteEnd(run);
        }
    }

    private void recordFailure(Run run, Throwable cause) {
        String words = ends.words(cause);
        LOG.debug("{}: run {}", run.sync().name(), run.id(), cause);
        if (!store.counts(run.id()).isEmpty()) {
            LOG.error("{}: run {} was broken off: {}", run.sync().name(), run.id(), words);
            ends.cutShort(run.id(), RunState.FAILED, "broken off: " + words);
            return;
        }
        LOG.error(
                "{}: run {} failed, nothing was sent and nobody was removed: {}",
                run.sync().name(),
                run.id(),
                words);
        store.finish(run.id(), RunState.FAILED, Optional.of(words), clock.instant());
    }

    /**
     * Ends the run and gives the lease back; true: one more run is due, because a firing came meanwhile, or the state
     * database was away and this run could not do what it should.
     */
    public boolean finish(Run run) {
        try {
            return close(run);
        } finally {
            halts.forget(run);
            underWay.ended(run);
        }
    }

    private boolean close(Run run) {
        if (unwritten.remove(run.id())) {
            leases.forget(run.lease());
            overdue.lookAt(run.sync().name());
            return false;
        }
        try {
            return endAndGiveBack(run);
        } catch (DataAccessException | TransactionException e) {
            leases.forget(run.lease());
            LOG.debug("{}: run {} cannot be ended", run.sync().name(), run.id(), e);
            // Whoever runs the sync next ends it: as soon as the database is back and the lease has run out.
            overdue.lookAt(run.sync().name());
            return false;
        } catch (RuntimeException e) {
            leases.forget(run.lease());
            throw e;
        }
    }

    private boolean endAndGiveBack(Run run) {
        RunState state = end(run);
        if (state == RunState.SUCCEEDED) {
            news.done(run);
        } else if (settings.syncs().containsKey(run.sync().name())
                && run.lease().isDisturbed()
                && (state == RunState.INCOMPLETE || state == RunState.FAILED)) {
            leases.askForFollowUp(run.sync().name(), Optional.empty(), false);
        }
        return leases.giveBack(
                run.lease(), state == RunState.SUCCEEDED ? Optional.of(clock.instant()) : Optional.empty());
    }

    /** Ends a run that need not read, because what it would read is what the last one read and delivered. */
    public void nothingNew(Run run, Told told) {
        LOG.info("{}: {}: nothing was read", run.sync().name(), told.words());
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

    /**
     * Ends a run that may not read yet.
     *
     * @param waiting a {@link NotYetException}, or what Camel wrapped one in
     */
    public void postpone(Run run, Throwable waiting) {
        String words = ends.words(waiting);
        LOG.info("{}: {}", run.sync().name(), words);
        endUnsent(run, RunState.INCOMPLETE, words);
    }

    /**
     * Ends a run that a person began for what cannot be done: nothing was sent, and nothing was changed.
     *
     * @param why an exception that says so, or what Camel wrapped it in
     */
    public void callOff(Run run, Throwable why) {
        String words = ends.words(why);
        LOG.info("{}: run {} was called off: {}", run.sync().name(), run.id(), words);
        endUnsent(run, RunState.CANCELLED, words);
    }

    /**
     * Ends a run that was halted before it passed the wall: nothing was sent.
     *
     * @param halted a {@link HaltedException}, or what Camel wrapped one in
     */
    public void halt(Run run, Throwable halted) {
        Halt halt = Stream.iterate(halted, Objects::nonNull, Throwable::getCause)
                .filter(HaltedException.class::isInstance)
                .map(known -> ((HaltedException) known).halt())
                .findFirst()
                .orElseThrow();
        LOG.info("{}: run {} ended before anything was sent: {}", run.sync().name(), run.id(), halt.why());
        endUnsent(run, halt.state(), halt.why());
    }

    private RunState end(Run run) {
        RunView view = store.find(run.id()).orElseThrow();
        RunState state = RunState.of(view.state());
        if (state == RunState.RUNNING) {
            state = LinkEnds.endOf(view.targets().stream()
                    .map(link -> RunState.of(link.state()))
                    .toList());
            store.finish(run.id(), state, Optional.empty(), clock.instant());
        }
        events.publishEvent(new RunEnded(run.sync().name(), state));
        if (state == RunState.FAILED) {
            quarantine.failed(
                    run,
                    view.error()
                            .or(() -> view.targets().stream()
                                    .flatMap(link -> link.error().stream())
                                    .findFirst())
                            .orElse(""));
        } else if (state == RunState.SUCCEEDED || !view.targets().isEmpty()) {
            quarantine.ended(run);
        }
        return state;
    }
}
