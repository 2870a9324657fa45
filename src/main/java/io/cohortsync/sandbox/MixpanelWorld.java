package io.cohortsync.sandbox;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The cohorts that the stand-in for Mixpanel keeps, in memory, and the sessions in which they are read. */
final class MixpanelWorld {

    private final Clock clock;
    private final Map<Long, MixpanelCohort> cohorts = new TreeMap<>();
    private final Map<String, MixpanelCohort> sessions = new TreeMap<>();
    private long begun;
    private long pages;

    MixpanelWorld(Clock clock) {
        this.clock = clock;
    }

    /** A cohort as it was when its session began. */
    record Session(String id, MixpanelCohort cohort) {}

    /** How many readings were begun, and how many pages of members were given out. */
    record Counts(long sessions, long pages) {}

    synchronized List<MixpanelCohort> all() {
        return new ArrayList<>(cohorts.values());
    }

    synchronized Optional<MixpanelCohort> cohort(long id) {
        return Optional.ofNullable(cohorts.get(id));
    }

    /** Defines a cohort in place of whatever was there under this id. */
    synchronized MixpanelCohort define(long id, MixpanelCohort.Change definition) {
        MixpanelCohort cohort = MixpanelCohort.usual(id, clock.instant()).with(definition);
        cohorts.put(id, cohort);
        return cohort;
    }

    /** Says something else of a cohort, or of who is in it; empty: there is no such cohort. */
    synchronized Optional<MixpanelCohort> change(long id, MixpanelCohort.Change change) {
        return Optional.ofNullable(cohorts.computeIfPresent(id, (same, cohort) -> cohort.with(change)));
    }

    synchronized boolean delete(long id) {
        return cohorts.remove(id) != null;
    }

    /** Begins to read a cohort of this project. */
    synchronized Session begin(long project, long id) throws MixpanelRefusedException {
        MixpanelCohort cohort = Optional.ofNullable(cohorts.get(id))
                .filter(known -> known.projectId() == project)
                .orElseThrow(
                        () -> new MixpanelRefusedException(400, "there is no cohort " + id + " in project " + project));
        String session = clock.instant().getEpochSecond() + "-sandbox" + ++begun;
        sessions.put(session, cohort);
        return new Session(session, cohort);
    }

    /** Goes on with a session, which is good for nothing but what it was begun for. */
    synchronized Session goOn(String session, long project, long id) throws MixpanelRefusedException {
        return Optional.ofNullable(sessions.get(session))
                .filter(cohort -> cohort.id() == id && cohort.projectId() == project)
                .map(cohort -> new Session(session, cohort))
                .orElseThrow(() -> new MixpanelRefusedException(400, "session_id is not one of this query"));
    }

    /** One more page of members was given out. */
    synchronized void countPage() {
        pages++;
    }

    synchronized Counts counts() {
        return new Counts(begun, pages);
    }

    synchronized void forget() {
        begun = 0;
        pages = 0;
        cohorts.clear();
        sessions.clear();
    }
}
