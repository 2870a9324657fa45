package io.cohortsync.sandbox;

import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The cohorts that the stand-in for Amplitude keeps, in memory. It knows everybody but those who were declared strangers;
 * of Amplitude ids, which are numbers, only numbers.
 */
final class AmplitudeWorld {

    private final Clock clock;
    private final Map<String, Cohort> cohorts = new LinkedHashMap<>();
    private final Set<String> strangers = new TreeSet<>();
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private long created;

    AmplitudeWorld(Clock clock) {
        this.clock = clock;
    }

    private static final class Cohort {

        private final View view;
        private final Set<String> members = new TreeSet<>();

        Cohort(View view) {
            this.view = view;
        }
    }

    /**
     * A cohort without its members.
     *
     * @param size how many members it has
     */
    record View(String id, String name, String appId, String owner, boolean published, Instant createdAt, int size) {}

    /** Creates a cohort of whom Amplitude knows; empty: it knows none of them, and refuses an empty one. */
    synchronized Optional<String> create(
            String name, String appId, String owner, boolean published, Collection<String> ids, boolean amplitudeIds) {
        List<String> known = ids.stream().filter(id -> knows(id, amplitudeIds)).toList();
        if (known.isEmpty()) {
            return Optional.empty();
        }
        String id = "sandbox" + ++created;
        Cohort cohort = new Cohort(new View(id, name, appId, owner, published, clock.instant(), 0));
        cohort.members.addAll(known);
        cohorts.put(id, cohort);
        return Optional.of(id);
    }

    /** Adds people or removes them; returns whom Amplitude does not know. */
    synchronized Set<String> change(String cohort, boolean add, Collection<String> ids, boolean amplitudeIds) {
        Set<String> skipped = new LinkedHashSet<>();
        Set<String> members = cohorts.get(cohort).members;
        for (String id : ids) {
            if (!knows(id, amplitudeIds)) {
                skipped.add(id);
            } else if (add) {
                members.add(id);
            } else {
                members.remove(id);
            }
        }
        return skipped;
    }

    private boolean knows(String id, boolean amplitudeId) {
        return !strangers.contains(id) && (!amplitudeId || id.matches("\\d+"));
    }

    synchronized boolean has(String cohort) {
        return cohorts.containsKey(cohort);
    }

    synchronized List<View> all() {
        return cohorts.values().stream()
                .map(cohort -> new View(
                        cohort.view.id(),
                        cohort.view.name(),
                        cohort.view.appId(),
                        cohort.view.owner(),
                        cohort.view.published(),
                        cohort.view.createdAt(),
                        cohort.members.size()))
                .toList();
    }

    /** The members, sorted; empty: there is no such cohort. */
    synchronized Optional<List<String>> members(String cohort) {
        return Optional.ofNullable(cohorts.get(cohort)).map(known -> List.copyOf(known.members));
    }

    synchronized boolean delete(String cohort) {
        return cohorts.remove(cohort) != null;
    }

    /** From now on these, and only these, are no users. */
    synchronized void strangers(Collection<String> ids) {
        strangers.clear();
        strangers.addAll(ids);
    }

    /** Whether no other call is about this cohort right now; then it is this one's until {@link #leave}. */
    boolean enter(String cohort) {
        return busy.add(cohort);
    }

    void leave(String cohort) {
        busy.remove(cohort);
    }

    synchronized void forget() {
        cohorts.clear();
        strangers.clear();
    }
}
