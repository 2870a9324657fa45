package io.cohortsync.config;

import java.util.List;
import java.util.Optional;

/**
 * What {@code from} says.
 *
 * @param source empty if there is a mistake in it
 * @param cohorts one, or several that become a sync each; never empty
 * @param memberKey what the links take unless they say otherwise
 */
record From(Optional<SourceSettings> source, List<Cohort> cohorts, MemberKeyField memberKey) {

    /**
     * One cohort of a sync.
     *
     * @param sync the name of the sync that it becomes
     * @param cohort its id, file or query; empty if there is a mistake in it
     * @param id what {@code {id}} stands for
     * @param name what {@code {name}} stands for
     */
    record Cohort(String sync, Optional<String> cohort, String id, String name) {}
}
