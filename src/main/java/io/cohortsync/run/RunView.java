package io.cohortsync.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A run as the HTTP API shows it.
 *
 * @param id its number
 * @param sync the sync's name
 * @param state {@code running | succeeded | incomplete | held | failed | cancelled}
 * @param trigger {@code schedule | start | change | manual | redrive | follow-up}
 * @param startedAt when it began
 * @param finishedAt when it ended, if it has
 * @param read the records of the snapshot
 * @param error why it failed, if it did
 * @param targets one for each link, from the wall on
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record RunView(
        long id,
        String sync,
        String state,
        String trigger,
        Instant startedAt,
        Optional<Instant> finishedAt,
        long read,
        Optional<String> error,
        List<TargetView> targets) {

    RunView with(List<TargetView> links) {
        return new RunView(id, sync, state, trigger, startedAt, finishedAt, read, error, links);
    }

    /** One link's part of a run. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record TargetView(
            String target, String state, @JsonUnwrapped Counts counts, Optional<String> error) {}
}
