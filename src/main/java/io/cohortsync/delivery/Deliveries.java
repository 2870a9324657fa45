package io.cohortsync.delivery;

import io.cohortsync.diff.LinkPlan;
import io.cohortsync.diff.PlannedChange;
import io.cohortsync.guard.Cleared;
import io.cohortsync.link.Link;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.membership.Standing;
import io.cohortsync.run.Counts;
import io.cohortsync.run.Outcome;
import io.cohortsync.run.Run;
import io.cohortsync.run.RunStore;
import io.cohortsync.target.Targets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Writes doubt before each call and its outcome after it; {@code deliveries} in the routes. Every transaction begins by
 * checking that the sync's lease is still this run's.
 */
@Component
public class Deliveries {

    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);
    private static final int FORGET_AT_ONCE = 1_000;

    private final TransactionOperations transactions;
    private final JdbcClient jdbc;
    private final DeliveryStore store;
    private final MembershipStore members;
    private final DeadLetters deadLetters;
    private final RunStore runs;
    private final MessageIds messageIds;
    private final Targets targets;
    private final Clock clock;

    Deliveries(
            TransactionOperations transactions,
            JdbcClient jdbc,
            DeliveryStore store,
            MembershipStore members,
            DeadLetters deadLetters,
            RunStore runs,
            MessageIds messageIds,
            Targets targets,
            Clock clock) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.store = store;
        this.members = members;
        this.deadLetters = deadLetters;
        this.runs = runs;
        this.messageIds = messageIds;
        this.targets = targets;
        this.clock = clock;
    }

    /** Opens one link's part of a run, after the guard: counts what is held, and forgets refusals that no longer matter. */
    public LinkDelivery open(Run run, Cleared cleared) {
        Link link = cleared.link();
        if (link.identityChange().isEmpty()) {
            LinkPlan plan = cleared.plan();
            forEachSome(plan.noLongerWanted(), some -> {
                store(plan, List.of(), some, () -> setNothingAside(run, link, some, members::delete));
            });
            forEachSome(plan.wantedAgain(), some -> {
                store(plan, some, List.of(), () -> setNothingAside(run, link, some, members::keep));
            });
        }
        if (cleared.held() > 0) {
            store(cleared.plan(), () -> {
                raiseVersion(run, link, 0, 0);
                runs.count(run.id(), link.id(), Outcome.HELD, cleared.held());
            });
        }
        return new LinkDelivery(run, cleared, messageIds, new SupersededDoubt(store.unanswered(link.id())));
    }

    private static void forEachSome(Iterator<PlannedChange> changes, Consumer<List<PlannedChange>> action) {
        while (changes.hasNext()) {
            List<PlannedChange> some = new ArrayList<>();
            while (changes.hasNext() && some.size() < FORGET_AT_ONCE) {
                some.add(changes.next());
            }
            action.accept(some);
        }
    }

    /** Ends what was set aside for members about whom nothing is left to do. */
    private void setNothingAside(
            Run run, Link link, List<PlannedChange> changes, BiConsumer<Long, List<Member>> record) {
        raiseVersion(run, link, 0, 0);
        record.accept(
                link.id(),
                changes.stream()
                        .map(c -> row(c, c.stored(), run, 0, Optional.empty()))
                        .toList());
        deadLetters.settle(link.id(), changes);
    }

    /** One transaction that raises the link's version and says nothing new of any member. */
    private void store(LinkPlan plan, Runnable work) {
        store(plan, List.of(), List.of(), work);
    }

    /** One transaction that raises the link's version; the plan is told of whom it stored that they are acknowledged or not. */
    private void store(
            LinkPlan plan, List<PlannedChange> acknowledged, List<PlannedChange> notAcknowledged, Runnable work) {
        try {
            transactions.executeWithoutResult(tx -> work.run());
        } catch (RuntimeException | Error e) {
            plan.lostTrack();
            throw e;
        }
        plan.stored(acknowledged, notAcknowledged);
    }

    /** Writes down, before the call, that a batch is in doubt. */
    public void doubt(Batch batch) {
        LinkDelivery delivery = batch.delivery();
        delivery.stopped().ifPresent(why -> {
            throw new NotTriedException(why);
        });
        long exits = batch.size() - batch.enters();
        store(delivery.plan(), () -> {
            raiseVersion(delivery.run(), delivery.link(), 0, exits > 0 ? 1 : 0);
            batch.doubtWritten(store.open(delivery.link().id(), delivery.run().id(), batch.planned(), clock.instant()));
        });
    }

    /** The target took the batch, all but these member keys, whose people it does not know. */
    public void accepted(Batch batch, Collection<?> unmatched) {
        LinkDelivery delivery = batch.delivery();
        Set<String> unknownThere = keys(unmatched);
        Map<Boolean, List<PlannedChange>> parts =
                batch.planned().stream().collect(Collectors.partitioningBy(c -> unknownThere.contains(c.key())));
        List<PlannedChange> taken = parts.get(false);
        List<PlannedChange> missed = parts.get(true);
        Link link = delivery.link();
        long before = batch.planned().stream()
                .filter(c -> c.stored() == Standing.ACKNOWLEDGED)
                .count();
        List<PlannedChange> in = taken.stream().filter(PlannedChange::enter).toList();
        List<PlannedChange> out = Stream.concat(taken.stream().filter(change -> !change.enter()), missed.stream())
                .toList();
        answered(batch, "accepted", false, in.size() - before, in, out, () -> {
            record(delivery.run(), link, taken, missed);
            runs.count(delivery.run().id(), link.id(), Outcome.ACCEPTED, taken.size());
            runs.count(delivery.run().id(), link.id(), Outcome.UNMATCHED, missed.size());
        });
        delivery.accepted(batch.size());
        if (missed.size() < unknownThere.size()) {
            LOG.warn(
                    "{}: the target named {} people it does not know who were not in the call",
                    link.name(),
                    unknownThere.size() - missed.size());
        }
    }

    /** A route may have read them out of JSON, where a key of digits is a number. */
    private static Set<String> keys(Collection<?> unmatched) {
        return unmatched == null
                ? Set.of()
                : unmatched.stream().map(String::valueOf).collect(Collectors.toSet());
    }

    /** Records an answer, once however often it is tried, and which earlier doubt it ends. */
    private void answered(
            Batch batch,
            String outcome,
            boolean staysInDoubt,
            long acknowledged,
            List<PlannedChange> in,
            List<PlannedChange> out,
            Runnable record) {
        LinkDelivery delivery = batch.delivery();
        SupersededDoubt doubt = delivery.doubt();
        try {
            store(delivery.plan(), in, out, () -> {
                Instant now = clock.instant();
                boolean first =
                        staysInDoubt ? store.stillInDoubt(batch.id(), outcome) : store.close(batch.id(), outcome, now);
                if (!first) {
                    LOG.debug(
                            "{}: delivery {} is recorded already",
                            delivery.link().name(),
                            batch.id());
                    delivery.plan().lostTrack();
                    return;
                }
                raiseVersion(delivery.run(), delivery.link(), acknowledged, 0);
                record.run();
                for (SupersededDoubt.Left left : doubt.settledBy(batch.planned())) {
                    if (left.inDoubt().isEmpty()) {
                        store.close(left.delivery(), "superseded", now);
                    } else {
                        store.keepOnly(left.delivery(), left.inDoubt());
                    }
                }
            });
        } catch (RuntimeException notRecorded) {
            doubt.putBack(batch.planned());
            throw notRecorded;
        }
    }

    private void record(Run run, Link link, List<PlannedChange> taken, List<PlannedChange> missed) {
        Instant now = clock.instant();
        List<Member> inserts = new ArrayList<>();
        List<Member> updates = new ArrayList<>();
        List<Member> deletes = new ArrayList<>();
        // Accepted is not known to be in everywhere: whoever turns out to be missing again waits longer than the last
        // time.
        Map<String, Integer> tries = tries(
                link,
                Stream.concat(
                                missed.stream(),
                                taken.stream().filter(c -> c.enter() && c.stored() == Standing.UNMATCHED))
                        .toList());
        for (PlannedChange change : taken) {
            if (change.enter()) {
                List<Member> into = change.stored() == Standing.NONE ? inserts : updates;
                int tried = tries.getOrDefault(change.key(), 0);
                into.add(row(change, Standing.ACKNOWLEDGED, run, tried, Optional.empty()));
            } else if (change.stored() != Standing.NONE) {
                deletes.add(row(change, change.stored(), run, 0, Optional.empty()));
            }
        }
        for (PlannedChange change : missed) {
            // Whoever the target does not know has left it already.
            if (!change.enter()) {
                if (change.stored() != Standing.NONE) {
                    deletes.add(row(change, change.stored(), run, 0, Optional.empty()));
                }
                continue;
            }
            int tried = tries.getOrDefault(change.key(), 0) + 1;
            Optional<Instant> next = Optional.of(RetryClock.UNMATCHED.next(now, tried));
            List<Member> into = change.stored() == Standing.NONE ? inserts : updates;
            into.add(row(change, Standing.UNMATCHED, run, tried, next));
        }
        members.delete(link.id(), deletes);
        members.update(link.id(), updates, now);
        members.insert(link.id(), inserts, now);
        // Whatever the answer was, it is no refusal.
        deadLetters.settle(
                link.id(),
                Stream.concat(taken.stream(), missed.stream())
                        .filter(change -> change.stored() != Standing.NONE)
                        .toList());
    }

    private Map<String, Integer> tries(Link link, List<PlannedChange> changes) {
        List<Long> prints = changes.stream().map(PlannedChange::fingerprint).toList();
        return members.find(link.id(), prints).stream().collect(Collectors.toMap(Member::key, Member::tries));
    }

    private static Member row(PlannedChange change, Standing standing, Run run, int tries, Optional<Instant> nextTry) {
        return new Member(change.fingerprint(), change.key(), standing, run.id(), tries, nextTry);
    }

    /** The target refuses the batch as a whole: it comes back as two. */
    public void halve(Batch batch) {
        setAside(batch, "halved");
        batch.delivery().giveBack(batch.halves());
    }

    /** Ends a call whose members are sent once more: if it may have been applied, they are in doubt until then. */
    void setAside(Batch batch, String outcome) {
        LinkDelivery delivery = batch.delivery();
        store(delivery.plan(), () -> {
            raiseVersion(delivery.run(), delivery.link(), 0, 0);
            closeUnlessMaybeApplied(batch, outcome);
        });
        if (batch.maybeApplied()) {
            delivery.doubt().add(batch.id(), batch.sent());
        }
    }

    /**
     * The target refuses this one change: it becomes a dead letter. A refused exit leaves the member there. A refusal says
     * nothing about what was sent earlier: who was in doubt stays so.
     */
    public void deadLetter(Batch batch) {
        LinkDelivery delivery = batch.delivery();
        Link link = delivery.link();
        PlannedChange change = batch.planned().get(0);
        boolean inDoubt = batch.maybeApplied() || delivery.doubt().holdsAnyOf(batch.planned());
        Standing standing = change.enter() ? Standing.REJECTED : Standing.ACKNOWLEDGED;
        // What was in doubt before hangs on this delivery alone from now on.
        answered(
                batch,
                "rejected",
                inDoubt,
                acknowledged(standing) - acknowledged(change.stored()),
                List.of(),
                batch.planned(),
                () -> {
                    Instant now = clock.instant();
                    int attempts = deadLetters.add(link.id(), change, batch.lastFailure(), now);
                    Optional<Instant> nextTry = Optional.of(RetryClock.REJECTED.next(now, attempts));
                    Member refused = row(change, standing, delivery.run(), attempts, nextTry);
                    if (change.stored() == Standing.NONE) {
                        members.insert(link.id(), List.of(refused), now);
                    } else {
                        members.update(link.id(), List.of(refused), now);
                    }
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
        stop(
                batch,
                delivery.link().name() + ": " + delivery.refusals() + ", the last with: "
                        + batch.lastFailure().words());
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
        stop(batch, batch.lastFailure().words());
        end(batch, batch.maybeApplied() ? Outcome.UNKNOWN : Outcome.WAITING);
    }

    void stop(Batch batch, String why) {
        String target = batch.delivery().target().name();
        targets.stop(target, why);
        batch.delivery().stop("target " + target + " is stopped: " + why);
    }

    private void end(Batch batch, Outcome outcome) {
        LinkDelivery delivery = batch.delivery();
        store(delivery.plan(), () -> {
            raiseVersion(delivery.run(), delivery.link(), 0, 0);
            closeUnlessMaybeApplied(batch, outcome.name().toLowerCase(Locale.ROOT));
            runs.count(delivery.run().id(), delivery.link().id(), outcome, batch.size());
        });
    }

    /** Nothing can be recorded: what was sent stays in doubt, and the next run settles it. */
    public void unrecorded(Batch batch, Exception why) {
        LinkDelivery delivery = batch.delivery();
        // A database's own words may hold the values it was given.
        String words = why instanceof LeaseLostException
                ? why.getMessage()
                : "the state database failed (" + why.getClass().getSimpleName() + ")";
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
        store(delivery.plan(), () -> {
            raiseVersion(run, link, 0, 0);
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

    private void raiseVersion(Run run, Link link, long acknowledged, int exitEpochs) {
        int ours = jdbc.sql(
                        "update link set version = version + 1, acknowledged = acknowledged + ?, exit_epoch = exit_epoch + ?"
                                + " where id = ? and token = ?")
                .params(acknowledged, exitEpochs, link.id(), run.lease().token())
                .update();
        if (ours == 0) {
            throw new LeaseLostException(link.name());
        }
    }
}
