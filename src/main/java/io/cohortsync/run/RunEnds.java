package io.cohortsync.run;

import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.Settings;
import io.cohortsync.source.Told;
import java.time.Clock;
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

/** Ends runs and gives their leases back, whatever happened in them; {@code runEnds} in the routes. */
@Component
public class RunEnds {

    private static final Logger LOG = LoggerFactory.getLogger(RunEnds.class);

    private final Settings settings;
    private final Leases leases;
    private final RunStore store;
    private final LinkEnds ends;
    private final Overdue overdue;
    private final SourceNews news;
    private final Halts halts;
    private final UnderWay underWay;
    private final Quarantine quarantine;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    /** Runs whose end the state database did not take: whoever runs the sync next closes their books. */
    private final Set<Long> unwritten = ConcurrentHashMap.newKeySet();

    RunEnds(
            Settings settings,
            Leases leases,
            RunStore store,
            LinkEnds ends,
            Overdue overdue,
            SourceNews news,
            Halts halts,
            UnderWay underWay,
            Quarantine quarantine,
            ApplicationEventPublisher events,
            Clock clock) {
        this.settings = settings;
        this.leases = leases;
        this.store = store;
        this.ends = ends;
        this.overdue = overdue;
        this.news = news;
        this.halts = halts;
        this.underWay = underWay;
        this.quarantine = quarantine;
        this.events = events;
        this.clock = clock;
    }

    /** Says of a run that it need not read: what it would read is what the last one read and delivered. */
    public void nothingNew(Run run, Told told) {
        LOG.info("{}: {}: nothing was read", run.sync().name(), told.words());
    }

    /**
     * Ends a run that may not read yet.
     *
     * @param waiting a {@link io.cohortsync.source.NotYetException}, or what Camel wrapped one in
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
        boolean success = state == RunState.SUCCEEDED && isOfAllTargets(run);
        return leases.giveBack(run.lease(), success ? Optional.of(clock.instant()) : Optional.empty());
    }

    /** A rebaseline may be of some. */
    private static boolean isOfAllTargets(Run run) {
        long inUse = run.sync().links().stream().filter(LinkSettings::inUse).count();
        return run.links().size() >= inUse;
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
