package io.cohortsync.config;

import io.cohortsync.schedule.Schedule;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One cohort, its schedule and the targets it goes to.
 *
 * @param name unique; for a member of {@code cohorts} it is {@code <sync>-<key>}
 * @param source where the cohort is read
 * @param cohort which cohort, as the source names it: an id, a file name, or the SQL text of {@code query}
 * @param cohortId what {@code {id}} stands for: the cohort's id where the source has one, else the sync's name
 * @param givenName {@code cohort-name} if given, or the sync's name where the source knows none; empty: the source tells it
 * @param pushed whether the cohort is received at {@code /hooks/<source>}, and not asked for
 * @param staleAfter after how long without an event a pushed cohort is shown as stale
 * @param schedule when it runs
 * @param enabled false: it is not scheduled and cannot be run
 * @param links one for each target, in the order of the file
 * @param guard what holds changes back
 */
public record SyncSettings(
        String name,
        SourceSettings source,
        String cohort,
        String cohortId,
        Optional<String> givenName,
        boolean pushed,
        Optional<Duration> staleAfter,
        Schedule schedule,
        boolean enabled,
        List<LinkSettings> links,
        GuardSettings guard) {

    /** Whether it is to be run: neither it nor its source is disabled. */
    public boolean inUse() {
        return enabled && source.enabled();
    }

    /** The route that reads it is {@code source-<this>}. */
    public String reading() {
        return pushed ? "mirror" : source.type();
    }
}
