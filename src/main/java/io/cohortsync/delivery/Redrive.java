package io.cohortsync.delivery;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Optional;

/**
 * How far a redrive has got, as the HTTP API shows it: total = left + due + sent + gone.
 *
 * @param state {@code running | done | cancelled}
 * @param ratePerMinute how many letters it makes due in a minute
 * @param redriven how many letters it covers
 * @param total the same
 * @param left not made due yet
 * @param due made due, and not answered yet
 * @param sent sent again and answered
 * @param accepted of those, taken by the target
 * @param refused of those, refused once more
 * @param gone no longer its to send: wanted no more, not known there, dropped, or another redrive's by now
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record Redrive(
        long id,
        String state,
        Optional<String> sync,
        Optional<String> target,
        Optional<String> reason,
        int ratePerMinute,
        int redriven,
        int total,
        int left,
        int due,
        int sent,
        int accepted,
        int refused,
        int gone,
        Instant startedAt,
        Optional<Instant> finishedAt) {}
