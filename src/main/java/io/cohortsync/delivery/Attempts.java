package io.cohortsync.delivery;

import io.cohortsync.run.Halt;
import io.cohortsync.run.Halts;
import io.cohortsync.target.Targets;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Lets attempts begin and end, and says whether a failed one is repeated; {@code attempts} in the routes. */
@Component
public class Attempts {

    /** Attempts of one batch in one run; those a target asked to be put off do not count. */
    static final int MOST = 6;

    private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);
    private static final String STOPPING = "this node is stopping";

    /** A target that keeps asking to be left alone is given up for this run after so long. */
    private static final Duration LONGEST_PUT_OFF = Duration.ofHours(1);

    private static final Duration ROUTE_FOLLOWS = Duration.ofSeconds(5);
    private static final long LOOK_AGAIN_MILLIS = 100;

    private final Targets targets;
    private final Halts halts;
    private final Classification classification;
    private final AttemptLog log;
    private final CamelContext camel;
    private final Clock clock;

    Attempts(
            Targets targets,
            Halts halts,
            Classification classification,
            AttemptLog log,
            CamelContext camel,
            Clock clock) {
        this.targets = targets;
        this.halts = halts;
        this.classification = classification;
        this.log = log;
        this.camel = camel;
        this.clock = clock;
    }

    /** Waits at the target's gate until the batch may be sent. */
    public void enter(Batch batch) {
        String target = batch.delivery().target().name();
        batch.attemptBegins();
        try {
            awaitRoute(target);
            targets.gate(target).enter(() -> mayGo(batch));
            while (!batch.delivery().run().lease().outlastsARequest()) {
                // While its renewal is late nothing is sent; waiting, it keeps nobody else from the gate.
                targets.gate(target).leave();
                TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
                targets.gate(target).enter(() -> mayGo(batch));
            }
        } catch (InterruptedException e) {
            // The thread stays usable: that nothing was sent is still to be written down.
            throw new NotTriedException(STOPPING);
        }
        batch.callBegins(clock.instant());
    }

    /** A target resumed a moment ago, maybe on another node, has a route that is about to be resumed as well. */
    private void awaitRoute(String target) throws InterruptedException {
        long end = System.nanoTime() + ROUTE_FOLLOWS.toNanos();
        while (camel.getRouteController().getRouteStatus("target-" + target).isSuspended()
                && targets.glance(target).whyNot(target).isEmpty()
                && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
        }
    }

    private void mayGo(Batch batch) {
        LinkDelivery delivery = batch.delivery();
        String target = delivery.target().name();
        delivery.stopped()
                .or(() -> targets.glance(target).whyNot(target))
                .or(() -> halts.of(delivery.run()).map(Halt::why))
                .ifPresent(why -> {
                    throw new NotTriedException(why);
                });
        if (camel.isStopping() || camel.isStopped()) {
            throw new NotTriedException(STOPPING);
        }
        if (delivery.run().lease().isOver()) {
            throw new NotTriedException("the lease could not be renewed in time");
        }
    }

    /** The target's route takes nothing. */
    public void suspended(String target) {
        throw new NotTriedException("target " + target + " is paused");
    }

    /** The attempt has ended, however it did. */
    public void leave(Batch batch) {
        targets.gate(batch.delivery().target().name()).leave();
    }

    /** The attempt was answered well, maybe with the member keys of people who are not known there. */
    public void succeeded(Batch batch, Collection<?> unmatched) {
        batch.taken();
        log.answered(
                batch,
                batch.planned().stream().filter(Unmatched.of(unmatched)::holds).count());
        succeeded(batch.delivery().target().name());
    }

    /** What had to be done before the first batch is done. */
    public void prepared(Batch batch) {
        succeeded(batch.delivery().target().name());
    }

    private void succeeded(String target) {
        if (targets.gate(target).succeeded()) {
            LOG.info("Target {} takes what is sent again", target);
        }
    }

    /**
     * The attempt failed. If that may pass, the target's gate closes for a while, before this attempt leaves it.
     *
     * @throws Exception always, what the attempt failed with
     */
    public void failed(Batch batch, Exception thrown) throws Exception {
        Failure failure = note(batch, thrown);
        if (failure.kind() != Failure.Kind.NOT_TRIED) {
            log.failed(batch, failure);
        }
        if (failure.kind() == Failure.Kind.TRY_LATER) {
            String target = batch.delivery().target().name();
            if (targets.gate(target).failed(failure.retryAfter())) {
                LOG.warn(
                        "Target {} fails, and the same calls are tried again for a while: {}", target, failure.words());
            }
        }
        throw thrown;
    }

    /** Takes note of what a failure says. */
    Failure note(Batch batch, Exception thrown) {
        Failure failure = classification.of(batch, thrown);
        batch.failed(failure);
        return failure;
    }

    /** Whether a failed batch is tried once more. */
    public boolean again(Batch batch) {
        return batch.attemptFailed()
                && batch.attempts() < MOST
                && batch.putOff().compareTo(LONGEST_PUT_OFF) < 0;
    }
}
