package io.cohortsync.delivery;

import io.cohortsync.diff.PlannedChange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** The changes of one call, and how far that call has got. Handled by one thread at a time. */
public final class Batch {

    /** A gateway's words for: I passed it on, and heard nothing, or nothing that I understood. */
    private static final Set<Integer> GATEWAY_HEARD_NOTHING = Set.of(502, 504);

    private final LinkDelivery delivery;
    private final List<PlannedChange> planned;
    private long id;
    private int attempts;
    private Duration putOff = Duration.ZERO;
    private boolean attemptFailed;
    private Instant callBegan = Instant.EPOCH;
    private boolean maybeApplied;
    private Failure lastFailure = Failure.NONE;

    Batch(LinkDelivery delivery, List<PlannedChange> planned) {
        this.delivery = delivery;
        this.planned = planned;
    }

    public LinkDelivery delivery() {
        return delivery;
    }

    List<PlannedChange> planned() {
        return planned;
    }

    /** The changes as a destination is given them. */
    public List<Change> changes() {
        return delivery.changes(planned);
    }

    /** Its members, as the doubt about it names them. */
    List<CompressedKeys.Sent> sent() {
        return planned.stream()
                .map(change -> new CompressedKeys.Sent(change.key(), change.enter()))
                .toList();
    }

    public int size() {
        return planned.size();
    }

    /** Whether it holds more than one change, so that a refusal does not say which one is bad. */
    public boolean isDivisible() {
        return planned.size() > 1;
    }

    List<Batch> halves() {
        int middle = planned.size() / 2;
        return List.of(
                new Batch(delivery, planned.subList(0, middle)),
                new Batch(delivery, planned.subList(middle, planned.size())));
    }

    /** The number of its doubt; 0: none is written yet. */
    long id() {
        return id;
    }

    void doubtWritten(long delivery) {
        this.id = delivery;
    }

    void attemptBegins() {
        attemptFailed = false;
    }

    /** It is through the target's gate: the call is made now. */
    void callBegins(Instant now) {
        callBegan = now;
    }

    Instant callBegan() {
        return callBegan;
    }

    /** Taken by the target; until that is recorded, it is in doubt. */
    void taken() {
        maybeApplied = true;
    }

    void failed(Failure failure) {
        attemptFailed = true;
        failure.retryAfter().ifPresentOrElse(wait -> putOff = putOff.plus(wait), () -> attempts++);
        lastFailure = failure;
        maybeApplied |= failure.maybeApplied();
    }

    /** Whether some attempt failed, and the last one without an answer of the target's own. */
    boolean isUnanswered() {
        return lastFailure != Failure.NONE
                && lastFailure
                        .status()
                        .filter(status -> !GATEWAY_HEARD_NOTHING.contains(status))
                        .isEmpty();
    }

    /** Whether the last attempt failed; false: it went well, and what failed came after it. */
    boolean attemptFailed() {
        return attemptFailed;
    }

    /** Failed attempts, but for those the target put off. */
    int attempts() {
        return attempts;
    }

    /** How long the target asked to be left alone, in all. */
    Duration putOff() {
        return putOff;
    }

    /** Whether some attempt may have been applied by the target although it was not confirmed. */
    boolean maybeApplied() {
        return maybeApplied;
    }

    Failure lastFailure() {
        return lastFailure;
    }

    long enters() {
        return planned.stream().filter(PlannedChange::enter).count();
    }
}
