package io.cohortsync.sandbox;

import java.time.Clock;
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
    private final Map<String, AmplitudeCohort> cohorts = new LinkedHashMap<>();
    private final Set<String> strangers = new TreeSet<>();
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private long created;

    AmplitudeWorld(Clock clock) {
        this.clock = clock;
    }

    /** Uploads a cohort of whom Amplitude knows; empty: it knows none of them, and refuses an empty one. */
    synchronized Optional<String> create(AmplitudeAbout about, Collection<String> ids, boolean amplitudeIds) {
        List<String> known = ids.stream().filter(id -> knows(id, amplitudeIds)).toList();
        if (known.isEmpty()) {
            return Optional.empty();
        }
        String id = "sandbox" + ++created;
        AmplitudeCohort cohort = new AmplitudeCohort(id, about, clock.instant());
        cohort.add(known, amplitudeIds);
        cohorts.put(id, cohort);
        return Optional.of(id);
    }

    /** Defines a cohort in place of whatever was there under this id. */
    synchronized AmplitudeCohort.View define(String id, AmplitudeAbout.Change definition) {
        AmplitudeCohort cohort = new AmplitudeCohort(id, AmplitudeAbout.defined(id), clock.instant());
        cohort.change(definition, clock.instant());
        cohorts.put(id, cohort);
        return cohort.view();
    }

    /** Says something else of a cohort, or of who is in it; empty: there is no such cohort. */
    synchronized Optional<AmplitudeCohort.View> change(String id, AmplitudeAbout.Change change) {
        Optional<AmplitudeCohort> known = Optional.ofNullable(cohorts.get(id));
        known.ifPresent(cohort -> cohort.change(change, clock.instant()));
        return known.map(AmplitudeCohort::view);
    }

    /** Computes a cohort again; empty: there is no such cohort. */
    synchronized Optional<AmplitudeCohort.View> compute(String id) {
        Optional<AmplitudeCohort> known = Optional.ofNullable(cohorts.get(id));
        known.ifPresent(cohort -> cohort.compute(clock.instant()));
        return known.map(AmplitudeCohort::view);
    }

    /** Adds people or removes them; returns whom Amplitude does not know. */
    synchronized Set<String> change(String id, boolean add, Collection<String> ids, boolean amplitudeIds) {
        Set<String> known = new LinkedHashSet<>();
        Set<String> skipped = new LinkedHashSet<>();
        ids.forEach(person -> (knows(person, amplitudeIds) ? known : skipped).add(person));
        AmplitudeCohort cohort = cohorts.get(id);
        if (add) {
            cohort.add(known, amplitudeIds);
        } else {
            cohort.remove(known, amplitudeIds);
        }
        cohort.compute(clock.instant());
        return skipped;
    }

    private boolean knows(String id, boolean amplitudeId) {
        return !id.isEmpty() && !strangers.contains(id) && (!amplitudeId || id.matches("\\d+"));
    }

    synchronized boolean has(String cohort) {
        return cohorts.containsKey(cohort);
    }

    synchronized List<AmplitudeCohort.View> all() {
        return cohorts.values().stream().map(AmplitudeCohort::view).toList();
    }

    /** Who is in it; empty: there is no such cohort. */
    synchronized Optional<AmplitudeCohort.Content> content(String cohort) {
        return Optional.ofNullable(cohorts.get(cohort)).map(AmplitudeCohort::content);
    }

    /** The members, sorted; empty: there is no such cohort. */
    synchronized Optional<List<String>> members(String cohort) {
        return Optional.ofNullable(cohorts.get(cohort)).map(known -> List.copyOf(known.shownMembers()));
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
