package io.cohortsync.delivery;

import io.cohortsync.delivery.CompressedKeys.Sent;
import io.cohortsync.diff.PlannedChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The deliveries that were never answered, of earlier runs or halved since. A later answer about a member says more than
 * they do: that member is in doubt no more.
 */
final class SupersededDoubt {

    private final Map<String, List<Long>> deliveriesOf = new HashMap<>();
    private final Map<Long, Map<String, Sent>> open = new HashMap<>();
    private final Map<Long, Map<String, Sent>> answered = new HashMap<>();

    /** An unanswered delivery. */
    record Open(long id, long run, List<Sent> sent) {}

    /** What is left of the doubt about a delivery; nothing: it is settled. */
    record Left(long delivery, List<Sent> inDoubt) {}

    SupersededDoubt(List<Open> deliveries) {
        deliveries.forEach(delivery -> add(delivery.id(), delivery.sent()));
    }

    /** A delivery that later answers about its members will settle. */
    synchronized void add(long delivery, List<Sent> members) {
        for (Sent sent : members) {
            deliveriesOf.computeIfAbsent(sent.key(), k -> new ArrayList<>(1)).add(delivery);
            open.computeIfAbsent(delivery, id -> new LinkedHashMap<>()).put(sent.key(), sent);
        }
    }

    /** Whether one of these members was in doubt before. */
    synchronized boolean holdsAnyOf(List<PlannedChange> changes) {
        return changes.stream().anyMatch(change -> deliveriesOf.containsKey(change.key()));
    }

    /**
     * Takes note that these are answered, and says what is left of each delivery that held some of them. To be called in
     * the transaction that records the answer, while it holds the link's row: so what is stored last is what is left.
     */
    synchronized List<Left> settledBy(List<PlannedChange> changes) {
        Set<Long> touched = new TreeSet<>();
        for (PlannedChange change : changes) {
            for (long delivery : deliveriesOf.getOrDefault(change.key(), List.of())) {
                Sent sent = open.get(delivery).remove(change.key());
                if (sent != null) {
                    answered.computeIfAbsent(delivery, id -> new HashMap<>()).put(sent.key(), sent);
                    touched.add(delivery);
                }
            }
        }
        return touched.stream()
                .map(id -> new Left(id, List.copyOf(open.get(id).values())))
                .toList();
    }

    /** The answer that settled these could not be recorded; maybe the next try can. */
    synchronized void putBack(List<PlannedChange> changes) {
        for (PlannedChange change : changes) {
            for (long delivery : deliveriesOf.getOrDefault(change.key(), List.of())) {
                Sent sent = answered.getOrDefault(delivery, new HashMap<>()).remove(change.key());
                if (sent != null) {
                    open.get(delivery).put(sent.key(), sent);
                }
            }
        }
    }
}
