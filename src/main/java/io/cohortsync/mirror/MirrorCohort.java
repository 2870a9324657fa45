package io.cohortsync.mirror;

import java.time.Instant;
import java.util.Optional;

/**
 * A cohort that was pushed to us.
 *
 * @param id its row
 * @param source who pushes it
 * @param cohort its id there
 * @param name what it is called there, if that was ever said
 * @param version raised with every change of a member
 * @param members how many are in it
 * @param lastEvent when anything of it was last received
 * @param listedAt when its last full list was told; empty: there was none
 */
public record MirrorCohort(
        long id,
        String source,
        String cohort,
        Optional<String> name,
        long version,
        long members,
        Instant lastEvent,
        Optional<Instant> listedAt) {}
