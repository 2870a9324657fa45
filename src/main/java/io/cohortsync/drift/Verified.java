package io.cohortsync.drift;

import java.time.Instant;

/**
 * What was found when a link's target was last asked who is there.
 *
 * @param missing how many were acknowledged and not there
 * @param extra how many were there and not acknowledged
 * @param unknownSettling of how many it could not be said yet
 */
public record Verified(Instant at, long missing, long extra, long unknownSettling) {}
