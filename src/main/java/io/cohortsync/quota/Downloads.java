package io.cohortsync.quota;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;

/**
 * How the downloads of a month (UTC) are spent: runs by schedule take them evenly, with a day's worth to begin with, and
 * leave a tenth to runs by hand. Runs by hand may take whatever is left; beyond the tenth they take it from the schedules.
 *
 * @param aMonth how many the vendor allows, 1 or more
 */
record Downloads(int aMonth) {

    private static final int RESERVED_PART = 10;
    private static final double MILLIS_A_DAY = Duration.ofDays(1).toMillis();

    /**
     * How many there were this month.
     *
     * @param scheduled of runs by schedule
     * @param byHand of runs and plans that a person asked for
     */
    record Used(int scheduled, int byHand) {
        int all() {
            return scheduled + byHand;
        }
    }

    /** When the month began. */
    static Instant monthOf(Instant now) {
        return firstDay(now).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private static Instant nextMonth(Instant now) {
        return firstDay(now).plusMonths(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private static LocalDate firstDay(Instant now) {
        return LocalDate.ofInstant(now, ZoneOffset.UTC).withDayOfMonth(1);
    }

    /** How many a month schedules may use. */
    int forSchedules() {
        return aMonth - aMonth / RESERVED_PART;
    }

    /** How many schedules may have used by now. */
    int allowedBy(Instant now) {
        double whole = Math.floor(elapsed(now) * forSchedules() + burst(now) + 1e-9);
        return (int) Math.min(forSchedules(), whole);
    }

    /** When one more is allowed; empty: now. */
    Optional<Instant> waitUntil(Used used, boolean byHand, Instant now) {
        if (byHand || used.all() >= aMonth) {
            return used.all() < aMonth ? Optional.empty() : Optional.of(nextMonth(now));
        }
        int taken = taken(used);
        if (taken < allowedBy(now)) {
            return Optional.empty();
        }
        if (taken >= forSchedules()) {
            return Optional.of(nextMonth(now));
        }
        double share = (taken + 1 - burst(now)) / forSchedules();
        return Optional.of(monthOf(now).plusMillis((long) Math.ceil(share * length(now))));
    }

    /** What of the schedules' part is taken. */
    int taken(Used used) {
        return used.scheduled() + Math.max(0, used.byHand() - (aMonth - forSchedules()));
    }

    private double burst(Instant now) {
        return Math.max(1, forSchedules() * MILLIS_A_DAY / length(now));
    }

    private static double elapsed(Instant now) {
        return Duration.between(monthOf(now), now).toMillis() / length(now);
    }

    private static double length(Instant now) {
        return Duration.between(monthOf(now), nextMonth(now)).toMillis();
    }
}
