package io.cohortsync.delivery;

import io.cohortsync.delivery.LinkTransactions.Stored;
import io.cohortsync.diff.LinkPlan;
import io.cohortsync.diff.PlannedChange;
import io.cohortsync.guard.Cleared;
import io.cohortsync.link.Link;
import io.cohortsync.membership.Standing;
import io.cohortsync.run.Counts;
import io.cohortsync.run.Outcome;
import io.cohortsync.run.Run;
import io.cohortsync.run.RunStore;
import io.cohortsync.state.StateAway;
import io.cohortsync.target.Targets;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/** Writes doubt before each call and its outcome after it; {@code deliveries} in the routes. */
@Component
public class Deliveries {

    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);

    private final LinkTransactions transactions;
    private final DeliveryStore store;
    private final MemberRows members;
    private final RunStore runs;
    private final MessageIds messageIds;
    private final Targets targets;
    private final Clock clock;

    Deliveries(
            LinkTransactions transactions,
            DeliveryStore store,
            MemberRows members,
            RunStore runs,
            MessageIds messageIds,
            Targets targets,
            Clock clock) {
        this.transactions = transactions;
        this.store = store;
        this.members = members;
        this.runs = runs;
        this.messageIds = messageIds;
        this.targets = targets;
        this.clock = clock;
    }

    /** Opens one link's part of a run, after the guard: counts what is held, and forgets refusals that no longer matter. */
    public LinkDelivery open(Run run, Cleared cleared) {
        Link link = cleared.link();
        LinkPlan plan = cleared.plan();
        // Who is said to leave wrongly may be said to be wanted no longer as wrongly.
        if (link.identityChange().isEmpty() && cleared.exits().held() == 0) {
            LinkPlan.forEachSome(plan.noLongerWanted(), some -> {
                Stored stored = new Stored(List.of(), some, 0, false);
                transactions.write(run, plan, stored, () -> members.forget(run, link, some));
            });
            LinkPlan.forEachSome(plan.wantedAgain(), some -> {
                Stored stored = new Stored(some, List.of(), 0, false);
                transactions.write(run, plan, stored, () -> members.keep(run, link, some));
            });
        }
        if (cleared.held() > 0) {
            transactions.write(
                    run, plan, Stored.NOTHING, () -> runs.count(run.id(), link.id(), Outcome.HELD, cleared.held()));
        }
        return new LinkDelivery(run, cleared, messageIds, new SupersededDoubt(store.unanswered(link.id())));
    }

    private void write(LinkDelivery delivery, Stored stored, Runnable work) {
        transactions.write(delivery.run(), delivery.plan(), stored, work);
    }

    /** Writes down, before the call, that a batch is in doubt. */
    public void doubt(Batch batch) {
        LinkDelivery delivery = batch.delivery();
        delivery.stopped().ifPresent(why -> {
            throw new NotTriedException(why);
        });
        long exits = batch.size() - batch.enters();
        write(
                delivery,
                new Stored(List.of(), List.of(), 0, exits > 0),
                () -> batch.doubtWritten(store.open(
                        delivery.link().id(),
                        delivery.run().id(),
                        batch.planned(),
                        delivery.plan().decisions().mayLeave(),
                        clock.instant())));
    }

    /** The target took the batch, all but these member keys, whose people it does not know. */
    public void accepted(Batch batch, Collection<?> unmatched) {
        LinkDelivery delivery = batch.delivery();
        Unmatched unknownThere = Unmatched.of(unmatched);
        Map<Boolean, List<PlannedChange>> parts =
                batch.planned().stream().collect(Collectors.partitioningBy(unknownThere::holds));
        List<PlannedChange> taken = parts.get(false);
        List<PlannedChange> missed = parts.get(true);
        Link link = delivery.link();
        long before = batch.planned().stream()
                .filter(c -> c.stored() == Standing.ACKNOWLEDGED)
                .count();
        List<PlannedChange> in = taken.stream().filter(PlannedChange::enter).toList();
        List<PlannedChange> out = Stream.concat(taken.stream().filter(change -> !change.enter()), missed.stream())
                .toList();
        answered(batch, "accepted", false, new Stored(in, out, in.size() - before, false), () -> {
            members.answered(delivery.run(), link, taken, missed);
            runs.count(delivery.run().id(), link.id(), Outcome.ACCEPTED, taken.size());
            runs.count(delivery.run().id(), link.id(), Outcome.UNMATCHED, missed.size());
        });
        delivery.accepted(batch.size());
        if (missed.size() < unknownThere.keys().size()) {
            LOG.warn(
                    "{}: the target named {} people it does not know who were not in the call",
                    link.name(),
                    unknownThere.keys().size() - missed.size());
        }
    }

    /** Records an answer, once however often it is tried, and which earlier doubt it ends. */
    private void answered(Batch batch, String outcome, boolean staysInDoubt, Stored stored, Runnable record) {
        LinkDelivery delivery = batch.delivery();
        SupersededDoubt doubt = delivery.doubt();
        try {
            write(delivery, stored, () -> {
                Instant now = clock.instant();
                boolean first =
                        staysInDoubt ? store.stillInDoubt(batch.id(), outcome) : store.close(batch.id(), outcome, now);
                if (!first) {
                    throw new RecordedAlreadyException();
                }
                record.run();
                for (SupersededDoubt.Left left : doubt.settledBy(batch.planned())) {
                    if (left.inDoubt().isEmpty()) {
                        store.close(left.delivery(), "superseded", now);
                    } else {
                        store.keepOnly(left.delivery(), left.inDoubt());
                    }
                }
            });
        } catch (RecordedAlreadyException e) {
            LOG.debug("{}: delivery {} is recorded already", delivery.link().name(), batch.id());
        } catch (RuntimeException notRecorded) {
            doubt.putBack(batch.planned());
            throw notRecorded;
        }
    }

    /** Rolls back: an earlier try to record the same answer was committed after all. */
    private static final class RecordedAlreadyException extends RuntimeException {}

    /** The target refuses the batch as a whole: it comes back as two. */
    public void halve(Batch batch) {
        ifRecordable(batch, () -> {
            setAside(batch, "halved");
            batch.delivery().giveBack(batch.halves());
        });
    }

    /** Ends a call whose members are sent once more: if it may have been applied, they are in doubt until then. */
    void setAside(Batch batch, String outcome) {
        LinkDelivery delivery = batch.delivery();
        write(delivery, Stored.NOTHING, () -> closeUnlessMaybeApplied(batch, outcome));
        if (batch.maybeApplied()) {
            delivery.doubt().add(batch.id(), batch.sent());
        }
    }

    /**
     * The target refuses this one change: it becomes a dead letter. A refused exit leaves the member there. A refusal says
     * nothing about what was sent earlier: who was in doubt stays so.
     */
    public void deadLetter(Batch batch) {
        ifRecordable(batch, () -> rejected(batch));
    }

    private void rejected(Batch batch) {
        LinkDelivery delivery = batch.delivery();
        Link link = delivery.link();
        PlannedChange change = batch.planned().get(0);
        boolean inDoubt = batch.maybeApplied() || delivery.doubt().holdsAnyOf(batch.planned());
        long acknowledged = acknowledged(MemberRows.standingOnceRefused(change)) - acknowledged(change.stored());
        // What was in doubt before hangs on this delivery alone from now on.
        answered(batch, "rejected", inDoubt, new Stored(List.of(), batch.planned(), acknowledged, false), () -> {
            members.refused(delivery.run(), link, change, batch.lastFailure());
            runs.count(delivery.run().id(), link.id(), Outcome.REJECTED, 1);
        });
        boolean first = delivery.rejected() == 1;
        LOG.atLevel(first ? Level.WARN : Level.DEBUG)
                .log(
                        "{}: a change was refused ({}) and is a dead letter now; GET /api/dead-letters says why",
                        link.name(),
                        batch.lastFailure()
                                .status()
                                .map(status -> "HTTP " + status)
                                .orElse("before it was sent"));
    }

    private static int acknowledged(Standing standing) {
        return standing == Standing.ACKNOWLEDGED ? 1 : 0;
    }

    /** So much is refused that a person has to look: the target stops. */
    public void refusedThroughout(Batch batch) {
        LinkDelivery delivery = batch.delivery();
        ifRecordable(
                batch,
                () -> stop(
                        batch,
                        delivery.link().name() + ": " + delivery.refusals()
                                + " (GET /api/dead-letters), the last with: "
                                + batch.lastFailure().words()));
    }

    /** The retries are used up: given up for this run. */
    public void failed(Batch batch) {
        boolean answered = batch.lastFailure().status().isPresent();
        end(batch, batch.maybeApplied() && !answered ? Outcome.UNKNOWN : Outcome.FAILED);
        batch.delivery().exhausted(batch.lastFailure().words());
    }

    /** It was not tried, or is not tried again, because the target or the run has stopped. */
    public void waiting(Batch batch, Exception why) {
        batch.delivery()
                .stop(
                        why instanceof NotTriedException
                                ? why.getMessage()
                                : "the route target-"
                                        + batch.delivery().target().name() + " does not run");
        end(batch, batch.maybeApplied() ? Outcome.UNKNOWN : batch.delivery().untried());
    }

    /** Nothing may be sent to this link until a person has decided something. */
    public void held(Batch batch, Exception why) {
        batch.delivery().hold(why.getMessage());
        end(batch, batch.maybeApplied() ? Outcome.UNKNOWN : Outcome.HELD);
    }

    /** No call can succeed until a person changes something: the target stops, nothing becomes a dead letter. */
    public void misconfigured(Batch batch, Exception thrown) {
        if (!batch.attemptFailed()) {
            // Not the target's route failed but what is done before or after it.
            LOG.error(
                    "{}: {}", batch.delivery().link().name(), thrown.getClass().getSimpleName());
            unrecorded(batch, thrown);
            return;
        }
        ifRecordable(batch, () -> stop(batch, batch.lastFailure().words()));
        end(batch, batch.maybeApplied() ? Outcome.UNKNOWN : Outcome.WAITING);
    }

    void stop(Batch batch, String why) {
        String target = batch.delivery().target().name();
        targets.stop(target, why);
        batch.delivery().stop("target " + target + " is stopped: " + why);
    }

    private void end(Batch batch, Outcome outcome) {
        LinkDelivery delivery = batch.delivery();
        ifRecordable(
                batch,
                () -> write(delivery, Stored.NOTHING, () -> {
                    closeUnlessMaybeApplied(batch, outcome.name().toLowerCase(Locale.ROOT));
                    runs.count(delivery.run().id(), delivery.link().id(), outcome, batch.size());
                }));
    }

    /** Writes down how a failure ended; a failure to do so must not hide it, and leaves in doubt what was sent. */
    private void ifRecordable(Batch batch, Runnable record) {
        try {
            record.run();
        } catch (LeaseLostException | DataAccessException | TransactionException e) {
            unrecorded(batch, e);
        }
    }

    /** Nothing can be recorded: what was sent stays in doubt, and the next run settles it. */
    public void unrecorded(Batch batch, Exception why) {
        LinkDelivery delivery = batch.delivery();
        // A database's own words may hold the values it was given.
        String words = why instanceof LeaseLostException ? why.getMessage() : StateAway.words(why);
        LOG.debug("{}: cannot record", delivery.link().name(), why);
        delivery.stop(words);
        if (batch.id() != 0) {
            LOG.warn(
                    "{}: {} changes stay in doubt until the next run: {}",
                    delivery.link().name(),
                    batch.size(),
                    words);
        }
    }

    /** Ends one link's part of a run: what has no outcome yet gets one, so that the counts add up. */
    public void end(LinkDelivery delivery) {
        Run run = delivery.run();
        Link link = delivery.link();
        write(delivery, Stored.NOTHING, () -> {
            Counts counts = runs.counts(run.id()).get(link.id());
            long unknown = Math.min(counts.undecided(), runs.openMembers(run.id(), link.id()));
            runs.count(run.id(), link.id(), Outcome.UNKNOWN, unknown);
            runs.count(run.id(), link.id(), delivery.rest(), counts.undecided() - unknown);
        });
    }

    private void closeUnlessMaybeApplied(Batch batch, String outcome) {
        if (batch.id() == 0) {
            return;
        }
        if (batch.maybeApplied()) {
            store.stillInDoubt(batch.id(), outcome);
        } else {
            store.close(batch.id(), outcome, clock.instant());
        }
    }
}
