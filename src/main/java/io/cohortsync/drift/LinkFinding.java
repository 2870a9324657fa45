package io.cohortsync.drift;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What verifying has found of one link.
 *
 * @param acknowledged members the target is known to hold, by its own answers
 * @param there members that it really holds; empty, as all that follows: it could not be asked
 * @param missing acknowledged and not there
 * @param extra there and not acknowledged
 * @param unknownSettling of whom nothing can be said yet
 * @param sampleMissing some of the missing
 * @param words the same for a person, or why the target cannot be asked
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record LinkFinding(
        String target,
        long acknowledged,
        Optional<Long> there,
        Optional<Long> missing,
        Optional<Long> extra,
        Optional<Long> unknownSettling,
        Optional<List<String>> sampleMissing,
        Optional<Instant> checkedAt,
        String words) {}
