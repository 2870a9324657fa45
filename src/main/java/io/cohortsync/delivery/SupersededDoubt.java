package io.cohortsync.delivery;

import io.cohortsync.delivery.CompressedKeys.Sent;
import io.cohortsync.diff.PlannedChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The deliveries of earlier runs that were never answered. A later answer about a member says more than they do; one all
 * of whose members were answered since is doubted no more.
 */
final class SupersededDoubt {

    private final Map<String, List<Long>> deliveriesOf = new HashMap<>();
    private final Map<Long, Set<String>> open = new HashMap<>();

    /** An unanswered delivery. */
    record Open(long id, long run, List<Sent> sent) {}

    SupersededDoubt(List<Open> deliveries) {
        deliveries.forEach(delivery ->
                add(delivery.id(), delivery.sent().stream().map(Sent::key).toList()));
    }

    /** A delivery that a later answer about its members will settle. */
    synchronized void add(long delivery, List<String> keys) {
        for (String key : keys) {
            deliveriesOf.computeIfAbsent(key, k -> new ArrayList<>(1)).add(delivery);
            open.computeIfAbsent(delivery, id -> new HashSet<>()).add(key);
        }
    }

    /** Whether one of these members was in doubt before. */
    synchronized boolean holdsAnyOf(List<PlannedChange> changes) {
        return changes.stream().anyMatch(change -> deliveriesOf.containsKey(change.key()));
    }

    /** The answer that settled these could not be recorded; maybe the next try can. */
    synchronized void putBack(List<PlannedChange> changes) {
        for (PlannedChange change : changes) {
            for (long delivery : deliveriesOf.getOrDefault(change.key(), List.of())) {
                open.get(delivery).add(change.key());
            }
        }
    }

    /**
     * Takes note that these are being answered, and names the deliveries that hold no doubtful member any more. Should the
     * answer not be recorded after all, the members are still in doubt through the delivery that was just made of them.
     */
    synchronized List<Long> settledBy(List<PlannedChange> answered) {
        List<Long> settled = new ArrayList<>();
        for (PlannedChange change : answered) {
            for (long delivery : deliveriesOf.getOrDefault(change.key(), List.of())) {
                Set<String> left = open.get(delivery);
                if (left.remove(change.key()) && left.isEmpty()) {
                    settled.add(delivery);
                }
            }
        }
        return settled;
    }
}
