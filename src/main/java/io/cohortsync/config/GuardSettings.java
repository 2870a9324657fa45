package io.cohortsync.config;

import java.time.Duration;

/**
 * What holds changes back until a person has looked.
 *
 * @param maxExits exits above this are held
 * @param minExits this many exits are always let through, 0 or more
 * @param window exits acknowledged within this time count too
 * @param allowEmpty whether an empty snapshot may remove everybody
 * @param maxEnters enters above this are held
 * @param holdFirstRun whether the first run's enters are held
 */
public record GuardSettings(
        Limit maxExits, int minExits, Duration window, boolean allowEmpty, Limit maxEnters, boolean holdFirstRun) {

    /** Used where nothing is said. */
    public static final GuardSettings DEFAULT =
            new GuardSettings(new Limit.Percent(20), 100, Duration.ofHours(24), false, new Limit.Off(), false);

    /** Lets everything through, because a person has approved it. */
    public static GuardSettings off() {
        return new GuardSettings(new Limit.Off(), 0, Duration.ofHours(24), true, new Limit.Off(), false);
    }

    /** How many changes are too many. */
    public sealed interface Limit {

        /** The largest number that passes for a link with this many acknowledged members. */
        long of(long acknowledged);

        /** {@code off}. */
        record Off() implements Limit {
            @Override
            public long of(long acknowledged) {
                return Long.MAX_VALUE;
            }
        }

        /** A number of members. */
        record Members(long count) implements Limit {
            @Override
            public long of(long acknowledged) {
                return count;
            }
        }

        /** A share of the acknowledged members, 0 to 100. */
        record Percent(double percent) implements Limit {
            @Override
            public long of(long acknowledged) {
                return (long) Math.floor(acknowledged * percent / 100);
            }
        }
    }
}
