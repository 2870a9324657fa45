package io.cohortsync.quota;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Optional;

/**
 * What a source's vendor still allows, by our own count.
 *
 * @param callsLeft how many may be made now
 * @param callsAllowed how many are allowed within {@code windowMinutes}
 * @param downloads of this month; empty: they are not counted
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record Left(int callsLeft, int callsAllowed, long windowMinutes, Optional<LeftDownloads> downloads) {

    /**
     * Downloads of the running month, in UTC.
     *
     * @param used so far
     * @param allowed of a month
     * @param leftForSchedules how many runs by schedule may take now, since they spend them evenly over the month
     * @param leftByHand how many runs by hand may take
     * @param nextForSchedules when a run by schedule may take one; empty: now
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record LeftDownloads(
            int used, int allowed, int leftForSchedules, int leftByHand, Optional<Instant> nextForSchedules) {}
}
