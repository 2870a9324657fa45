package io.cohortsync.delivery;

import io.cohortsync.diff.PlannedChange;
import io.cohortsync.link.Link;
import io.cohortsync.link.RemoteLists;
import io.cohortsync.run.Run;
import io.cohortsync.state.StateAway;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/**
 * What happens before a link's first batch, at targets that keep lists of people: the list is found or created;
 * {@code preparations} in the routes.
 */
@Component
public class Preparations {

    /** A list that was asked for so long ago and is not there was not created. */
    private static final Duration MAY_TAKE_TO_APPEAR = Duration.ofMinutes(10);

    private final RemoteLists lists;
    private final Deliveries deliveries;
    private final Attempts attempts;
    private final Classification classification;
    private final Clock clock;

    Preparations(
            RemoteLists lists, Deliveries deliveries, Attempts attempts, Classification classification, Clock clock) {
        this.lists = lists;
        this.deliveries = deliveries;
        this.attempts = attempts;
        this.classification = classification;
        this.clock = clock;
    }

    /** On whose behalf the list is looked for: a copy of the first batch; if the list is known, it is prepared already. */
    public Batch begin(LinkDelivery delivery) {
        boolean lookFirst = Boolean.parseBoolean(delivery.target().options().getOrDefault("look-first", "false"));
        lists.read(delivery.link()).id().filter(id -> !lookFirst).ifPresent(delivery::prepared);
        return delivery.firstBatch();
    }

    /** Since when a list may have been created without an answer; empty: none was asked for. */
    public Optional<Instant> asked(LinkDelivery delivery) {
        return lists.read(delivery.link()).asked();
    }

    /**
     * This list is the link's.
     *
     * @throws HeldException if another link of this target fills it
     */
    public void found(LinkDelivery delivery, String id) {
        RemoteLists.Claim claim = lists.claim(delivery.link(), token(delivery), id);
        if (claim instanceof RemoteLists.Claim.Taken taken) {
            throw new HeldException("held: " + taken.by() + " fills the list " + id
                    + " already, and two links would undo each other's work: give one of them another");
        }
        checked(claim instanceof RemoteLists.Claim.Ours, delivery);
        delivery.prepared(id);
    }

    /**
     * Those with whom the list may be created.
     *
     * @throws NotTriedException if this run has tried, and no answer says what came of it
     */
    public Seeds seeds(Batch batch) {
        LinkDelivery delivery = batch.delivery();
        if (delivery.isCreationUnanswered() && asked(delivery).isPresent()) {
            // It may still be at work there: a second call would make a second list.
            throw new NotTriedException("no answer says whether the list " + name(delivery)
                    + " was created: the next run looks for it first");
        }
        return new Seeds(
                delivery, batch.planned().stream().filter(PlannedChange::enter).toList());
    }

    /**
     * The list was created, or nobody was to be added to it: then nobody is there to be removed.
     *
     * @throws RecordsRejectedException if the target took none of those who were offered
     * @throws NotTriedException if one may have been created that does not show yet
     */
    public void noMoreSeeds(Batch batch) {
        LinkDelivery delivery = batch.delivery();
        if (!delivery.isUnprepared()) {
            return;
        }
        if (batch.enters() > 0) {
            throw new RecordsRejectedException("the list " + name(delivery) + " was not created with any of the first "
                    + batch.enters() + " people, the last refusal was " + delivery.lastRefusal());
        }
        Instant justNow = clock.instant().minus(MAY_TAKE_TO_APPEAR);
        if (asked(delivery).filter(justNow::isBefore).isPresent()) {
            throw new NotTriedException("no answer says whether the list " + name(delivery)
                    + " was created a moment ago: a later run looks again");
        }
        delivery.prepared("");
    }

    private static String name(LinkDelivery delivery) {
        return delivery.link().settings().list().orElseThrow().which();
    }

    /** Writes down, before the call that may create a list, that it is made, and with whom. */
    public void intend(Batch seed) {
        ask(seed.delivery());
        deliveries.doubt(seed);
    }

    /** Writes down, before the call that may create an empty list, that it is made. */
    public void ask(LinkDelivery delivery) {
        if (!delivery.run().lease().outlastsARequest()) {
            throw new NotTriedException("the lease could not be renewed in time");
        }
        checked(lists.ask(delivery.link(), token(delivery), clock.instant()), delivery);
    }

    /** The list was created, with some of the seed in it; its members are sent again like all others. */
    public void created(Batch seed, String id) {
        found(seed.delivery(), id);
        seed.taken();
        deliveries.setAside(seed, "seed");
    }

    /**
     * The call that was to create the list failed.
     *
     * @throws Exception what it failed with
     */
    public void notCreated(Batch seed, Exception thrown) throws Exception {
        refused(seed, thrown);
        throw thrown;
    }

    /** The call that was to create the list failed; unless it may have been applied, all is as before. */
    public void refused(Batch seed, Exception thrown) {
        LinkDelivery delivery = seed.delivery();
        delivery.refused(attempts.note(seed, thrown).words());
        if (!seed.maybeApplied()) {
            checked(lists.refused(delivery.link(), token(delivery)), delivery);
        }
        if (seed.isUnanswered()) {
            delivery.creationUnanswered();
            // Unknown, unless this run still hears of them.
            delivery.doubt().add(seed.id(), seed.sent());
        } else {
            deliveries.setAside(seed, "seed");
        }
    }

    /** An attempt to prepare failed: it is made again while that may help, else the link's part of the run ends. */
    public void failed(Batch batch, Exception thrown) {
        LinkDelivery delivery = batch.delivery();
        // A method that a route calls for its value has its exceptions wrapped.
        Optional<LeaseLostException> lost = leaseLost(thrown);
        if (lost.isPresent()) {
            delivery.stop(lost.get().getMessage());
            return;
        }
        if (classification.stateUnavailable(thrown)) {
            delivery.stop(StateAway.words(thrown));
            return;
        }
        Failure failure = classification.of(batch, thrown);
        switch (failure.kind()) {
            case NOT_TRIED -> delivery.stop(failure.words());
            case HELD -> delivery.hold(failure.words());
            case MISCONFIGURED -> deliveries.stop(batch, failure.words());
            case RECORDS_REJECTED -> delivery.stop("not prepared: " + failure.words());
            case TRY_LATER -> {
                if (!attempts.again(batch)) {
                    delivery.stop("not prepared: " + failure.words());
                }
            }
        }
    }

    private static Optional<LeaseLostException> leaseLost(Throwable thrown) {
        return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
                .filter(LeaseLostException.class::isInstance)
                .map(LeaseLostException.class::cast)
                .findFirst();
    }

    private static long token(LinkDelivery delivery) {
        Run run = delivery.run();
        return run.lease().token();
    }

    private static void checked(boolean ours, LinkDelivery delivery) {
        Link link = delivery.link();
        if (!ours) {
            throw new LeaseLostException(link.name());
        }
    }
}
