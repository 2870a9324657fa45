package io.cohortsync.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What {@code from} says.
 *
 * @param source empty if there is a mistake in it
 * @param cohorts one, or several that become a sync each; never empty
 * @param memberKey what the links take unless they say otherwise
 * @param pushed whether the cohort is received, and not asked for
 * @param staleAfter after how long without an event a pushed cohort is shown as stale
 */
record From(
        Optional<SourceSettings> source,
        List<Cohort> cohorts,
        MemberKeyField memberKey,
        boolean pushed,
        Optional<Duration> staleAfter) {

    /**
     * One cohort of a sync.
     *
     * @param sync the name of the sync that it becomes
     * @param cohort its id, file or query; empty if there is a mistake in it
     * @param id what {@code {id}} stands for
     * @param name what {@code {name}} stands for; empty: the source will tell
     */
    record Cohort(String sync, Optional<String> cohort, String id, Optional<String> name) {

        /** What a user wrote with the placeholders filled in, as far as they are known. */
        String fill(String text) {
            return Placeholders.fill(text, name, id);
        }
    }
}
