package io.cohortsync.config;

import io.cohortsync.schedule.Schedule;
import java.util.List;

/**
 * One cohort, its schedule and the targets it goes to.
 *
 * @param name unique; for a member of {@code cohorts} it is {@code <sync>-<key>}
 * @param source where the cohort is read
 * @param cohort which cohort, as the source names it: an id, a file name, or the SQL text of {@code query}
 * @param cohortId what {@code {id}} stands for: the cohort's id where the source has one, else the sync's name
 * @param cohortName what {@code {name}} stands for: {@code cohort-name} if given, else the sync's name
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
        String cohortName,
        Schedule schedule,
        boolean enabled,
        List<LinkSettings> links,
        GuardSettings guard) {}
