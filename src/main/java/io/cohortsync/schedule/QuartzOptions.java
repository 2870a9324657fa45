package io.cohortsync.schedule;

import java.time.Duration;
import java.time.Instant;

/** A schedule in the options of Camel's Quartz endpoint. */
public final class QuartzOptions {

    /** Fires in a year that nobody waits for: a sync run by hand still has a route that shows and steers it. */
    private static final String NEVER = "cron=0+0+0+1+1+?+2099";

    /** A trigger that fires before the routes are up would be lost. */
    private static final Duration START_UP = Duration.ofSeconds(5);

    private QuartzOptions() {}

    /** The options of one sync's timer, as of now. */
    public static String of(Schedule schedule, String sync, Instant now) {
        if (schedule instanceof Schedule.Cron cron) {
            return "cron=" + cron.expression().strip().replaceAll("\\s+", "+") + "&trigger.timeZone=" + cron.zone();
        }
        if (Firings.of(schedule, sync) instanceof Firings.Aligned aligned) {
            Instant first = aligned.nextDue(now.plus(START_UP)).orElseThrow();
            return "trigger.repeatInterval=" + aligned.interval() + "&trigger.repeatCount=-1&triggerStartDelay="
                    + Duration.between(now, first).toMillis();
        }
        return NEVER;
    }
}
