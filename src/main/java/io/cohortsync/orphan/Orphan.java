package io.cohortsync.orphan;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Members that a target holds because of us and that no configured link looks after, as the HTTP API shows them.
 *
 * @param id its number
 * @param sync the sync that added them
 * @param target the target they are at
 * @param filled what they are in there, and which cohort of whom they were, in words
 * @param acknowledged how many the target is known to hold
 * @param inDoubt how many it may hold, or may hold no longer
 * @param since when it became one
 * @param why it is one
 * @param removal {@code under way}, {@code waits for approval}, or for the link that took its place to be filled; empty:
 *     nobody asked for it
 * @param notRemovable why nothing can be sent to where they are, if that is so
 * @param held why its removal waits, or would
 * @param plan what approves a removal that is held
 * @param can what can be done
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record Orphan(
        long id,
        String sync,
        String target,
        String filled,
        long acknowledged,
        long inDoubt,
        Optional<Instant> since,
        String why,
        Optional<String> removal,
        Optional<String> notRemovable,
        Optional<String> held,
        Optional<String> plan,
        List<String> can) {}
