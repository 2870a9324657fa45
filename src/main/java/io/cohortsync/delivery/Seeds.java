package io.cohortsync.delivery;

import io.cohortsync.diff.PlannedChange;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * With whom a list is created at a target that takes no empty one: the first entering member that it knows. It is offered
 * one after the other; since maybe it knows hardly anybody, after some of them ever more at once.
 */
public final class Seeds {

    private static final int ONE_BY_ONE = 10;

    /** So many times as many as before, which makes four more calls for a batch of 10,000. */
    private static final int GROWTH = 9;

    private final LinkDelivery delivery;
    private final List<PlannedChange> enters;
    private int offered;

    Seeds(LinkDelivery delivery, List<PlannedChange> enters) {
        this.delivery = delivery;
        this.enters = enters;
    }

    /** Whether the list is not created yet and there is somebody left to create it with. */
    public boolean hasNext() {
        return delivery.isUnprepared() && offered < enters.size();
    }

    /** Those to be offered next, for one call. */
    public Batch next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        int many = offered < ONE_BY_ONE ? 1 : GROWTH * offered;
        int end = Math.min(enters.size(), offered + many);
        Batch seed = new Batch(delivery, enters.subList(offered, end));
        offered = end;
        return seed;
    }
}
