package io.cohortsync.schedule;

import java.time.Duration;
import java.time.ZoneId;

/** When a sync runs, as {@code schedule} says. */
public sealed interface Schedule {

    /** {@code once}: until its first success, which is remembered; tried again every {@link #RETRY} until then. */
    record Once() implements Schedule {
        public static final Duration RETRY = Duration.ofMinutes(5);
    }

    /** {@code on-change}: soon after a pushed cohort changed; what is left undone is tried again every {@link #RETRY}. */
    record OnChange() implements Schedule {
        public static final Duration RETRY = Duration.ofMinutes(5);
    }

    /** {@code manual}: only when asked for. */
    record Manual() implements Schedule {}

    /** {@code hourly}, {@code daily} and durations: every so often, aligned to the epoch, spread by the sync's name. */
    record Every(Duration interval) implements Schedule {}

    /** {@code {daily: "06:30"}} and cron expressions: by the calendar of the zone. */
    record Cron(String expression, ZoneId zone) implements Schedule {}
}
