package io.cohortsync.run;

import io.cohortsync.config.SecretMask;
import io.cohortsync.link.Link;
import io.cohortsync.link.Links;
import io.cohortsync.link.SetAside;
import io.cohortsync.state.StateAway;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Ends the links' parts of runs, so that each of their changes has one outcome; {@code linkEnds} in the routes. */
@Component
public class LinkEnds {

    private static final Logger LOG = LoggerFactory.getLogger(LinkEnds.class);

    private final RunStore store;
    private final Links links;
    private final TransactionOperations transactions;
    private final SecretMask mask;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    LinkEnds(
            RunStore store,
            Links links,
            TransactionOperations transactions,
            SecretMask mask,
            ApplicationEventPublisher events,
            Clock clock) {
        this.store = store;
        this.links = links;
        this.transactions = transactions;
        this.mask = mask;
        this.events = events;
        this.clock = clock;
    }

    /**
     * Ends one link's part of a run and says in one line what happened to how many people.
     *
     * @param why what is left undone and why, if something is
     */
    public void finish(Run run, Link link, Optional<String> why) {
        Counts counts = store.counts(run.id()).get(link.id());
        // A changed identity waits for a person even while there is nothing to send.
        boolean held = counts.held() > 0 || link.identityChange().isPresent();
        finish(
                run,
                link,
                counts,
                counts.drift() > counts.held() ? leftUndone(run) : held ? RunState.HELD : RunState.SUCCEEDED,
                why);
    }

    /** The snapshot is not complete for one of its links: nothing was sent there; the other links go on. */
    public void fail(Run run, Link link, Optional<String> why) {
        transactions.executeWithoutResult(tx -> {
            if (store.lockLink(run.id(), link.id())) {
                store.count(
                        run.id(),
                        link.id(),
                        Outcome.FAILED,
                        store.counts(run.id()).get(link.id()).undecided());
            }
        });
        finish(run, link, store.counts(run.id()).get(link.id()), RunState.FAILED, why);
    }

    private void finish(Run run, Link link, Counts counts, RunState state, Optional<String> why) {
        store.finishLink(run.id(), link.id(), state, why);
        events.publishEvent(
                new LinkEnded(run.sync().name(), link.settings().target().name(), counts));
        if (state == RunState.SUCCEEDED) {
            links.resynced(link, run.lease().token());
        }
        String name =
                SetAside.isSetAside(run.sync().name()) ? "orphan " + link.id() + " of " + link.name() : link.name();
        String line = RunLine.of(name, counts, Duration.between(run.startedAt(), clock.instant()), why);
        if (state == RunState.SUCCEEDED) {
            LOG.info("{}", line);
        } else {
            LOG.warn("{}", line);
        }
    }

    private RunState leftUndone(Run run) {
        return store.isToBeCancelled(run.id()) ? RunState.CANCELLED : RunState.INCOMPLETE;
    }

    /** Something broke one link's part of a run; the other links go on. */
    public void breakOff(Run run, Link link, Throwable cause) {
        note(run, cause);
        LOG.error("{}: run {} was broken off: {}", link.name(), run.id(), words(cause));
        LOG.debug("{}: run {}", link.name(), run.id(), cause);
        decideTheRest(run.id(), link.id());
        finish(run, link, Optional.of("broken off: " + words(cause)));
    }

    /** A driver's message may quote a password. */
    String words(Throwable thrown) {
        return mask.apply(Words.of(thrown));
    }

    /** Whether the state database was away, so that the run could not do what it should. */
    static void note(Run run, Throwable cause) {
        if (StateAway.caused(cause)) {
            run.lease().disturbed();
        }
    }

    /**
     * Ends the books of a run that nobody goes on with.
     *
     * @param unread what the run ends as if it had not read its snapshot
     */
    void cutShort(long run, RunState unread, String why) {
        transactions.executeWithoutResult(tx -> {
            if (!store.lock(run)) {
                return;
            }
            Map<Long, Counts> counts = store.counts(run);
            counts.keySet().forEach(link -> {
                decideTheRest(run, link);
                store.finishLink(run, link, RunState.INCOMPLETE, Optional.of(why));
            });
            store.finish(run, counts.isEmpty() ? unread : RunState.INCOMPLETE, Optional.of(why), clock.instant());
        });
    }

    /** Two nodes may do this to one run, when one took it over from the other: only the first finds something to decide. */
    private void decideTheRest(long run, long link) {
        transactions.executeWithoutResult(tx -> {
            if (store.lockLink(run, link)) {
                Counts counts = store.counts(run).get(link);
                long unanswered = Math.min(counts.undecided(), store.openMembers(run, link));
                store.count(run, link, Outcome.UNKNOWN, unanswered);
                store.count(run, link, Outcome.WAITING, counts.undecided() - unanswered);
            }
        });
    }

    /** What a run ends as whose links' parts have ended as these. */
    static RunState endOf(List<RunState> links) {
        if (links.contains(RunState.CANCELLED)) {
            return RunState.CANCELLED;
        }
        if (!links.isEmpty() && links.stream().allMatch(RunState.FAILED::equals)) {
            return RunState.FAILED;
        }
        if (links.contains(RunState.INCOMPLETE)
                || links.contains(RunState.RUNNING)
                || links.contains(RunState.FAILED)) {
            return RunState.INCOMPLETE;
        }
        return links.contains(RunState.HELD) ? RunState.HELD : RunState.SUCCEEDED;
    }
}
