package io.cohortsync.schedule;

import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.TimeZone;
import org.quartz.CronExpression;

/** The points in time that a schedule names. All nodes name the same ones, which is how they agree who runs which. */
public sealed interface Firings {

    /** The last time that is due at or before now; empty: there was none. */
    Optional<Instant> lastDue(Instant now);

    /** The first time after now; empty: there is none. */
    Optional<Instant> nextDue(Instant now);

    /** The time a timer meant that fired about now. */
    Instant named(Instant fired);

    /** The firings of one sync. */
    static Firings of(Schedule schedule, String sync) {
        if (schedule instanceof Schedule.Every every) {
            return spread(every.interval(), sync);
        }
        if (schedule instanceof Schedule.Cron cron) {
            return new ByCalendar(expression(cron));
        }
        if (schedule instanceof Schedule.OnChange) {
            return spread(Schedule.OnChange.RETRY, sync);
        }
        return schedule instanceof Schedule.Once ? spread(Schedule.Once.RETRY, sync) : new Never();
    }

    private static Firings spread(Duration interval, String sync) {
        return new Aligned(
                interval.toMillis(), Math.floorMod(sync.hashCode() * 0x9E3779B97F4A7C15L, interval.toMillis()));
    }

    private static CronExpression expression(Schedule.Cron cron) {
        try {
            CronExpression expression = new CronExpression(cron.expression());
            expression.setTimeZone(TimeZone.getTimeZone(cron.zone()));
            return expression;
        } catch (ParseException e) {
            throw new IllegalArgumentException("cron expression " + cron.expression() + ": " + e.getMessage(), e);
        }
    }

    /** Every so often, aligned to the epoch. */
    record Aligned(long interval, long offset) implements Firings {

        @Override
        public Optional<Instant> lastDue(Instant now) {
            return Optional.of(Instant.ofEpochMilli(floor(now.toEpochMilli())));
        }

        @Override
        public Optional<Instant> nextDue(Instant now) {
            return Optional.of(Instant.ofEpochMilli(floor(now.toEpochMilli()) + interval));
        }

        @Override
        public Instant named(Instant fired) {
            return Instant.ofEpochMilli(floor(fired.toEpochMilli() + interval / 2));
        }

        private long floor(long millis) {
            return Math.floorDiv(millis - offset, interval) * interval + offset;
        }
    }

    /** By a cron expression. */
    record ByCalendar(CronExpression expression) implements Firings {

        private static final List<Duration> LOOK_BACK = List.of(
                Duration.ofMinutes(2),
                Duration.ofHours(3),
                Duration.ofDays(2),
                Duration.ofDays(62),
                Duration.ofDays(1500));

        @Override
        public Optional<Instant> lastDue(Instant now) {
            // Quartz only looks forward: begin as near as there is a firing, and walk up to now.
            for (Duration back : LOOK_BACK) {
                Optional<Instant> at = nextDue(now.minus(back));
                Optional<Instant> last = Optional.empty();
                while (at.isPresent() && !at.get().isAfter(now)) {
                    last = at;
                    at = nextDue(at.get());
                }
                if (last.isPresent()) {
                    return last;
                }
            }
            return Optional.empty();
        }

        @Override
        public Optional<Instant> nextDue(Instant now) {
            return Optional.ofNullable(expression.getNextValidTimeAfter(Date.from(now)))
                    .map(Date::toInstant);
        }

        @Override
        public Instant named(Instant fired) {
            return fired;
        }
    }

    /** Only when asked for. */
    record Never() implements Firings {

        @Override
        public Optional<Instant> lastDue(Instant now) {
            return Optional.empty();
        }

        @Override
        public Optional<Instant> nextDue(Instant now) {
            return Optional.empty();
        }

        @Override
        public Instant named(Instant fired) {
            return fired;
        }
    }
}
