package io.cohortsync.schedule;

import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import org.quartz.SimpleTrigger;

/** A schedule in the options of Camel's Quartz endpoint. */
public final class QuartzOptions {

    /** Fires in a year that nobody waits for: a sync run by hand still has a route that shows and steers it. */
    private static final String NEVER = "cron=0+0+0+1+1+?+2099";

    /** Quartz would begin anew from now when it is late, and never be aligned again; so it goes on with the next one. */
    private static final int STAY_ALIGNED = SimpleTrigger.MISFIRE_INSTRUCTION_RESCHEDULE_NEXT_WITH_REMAINING_COUNT;

    private QuartzOptions() {}

    /**
     * The options of one sync's timer.
     *
     * @param firstDue the bean that holds the sync's {@link #firstDue}
     */
    public static String of(Schedule schedule, String sync, String firstDue) {
        if (schedule instanceof Schedule.Cron cron) {
            return "cron=" + cron.expression().strip().replaceAll("\\s+", "+") + "&trigger.timeZone=" + cron.zone();
        }
        return Firings.of(schedule, sync) instanceof Firings.Aligned aligned
                ? "trigger.repeatInterval=" + aligned.interval() + "&trigger.repeatCount=-1&trigger.startTime=#"
                        + firstDue + "&trigger.misfireInstruction=" + STAY_ALIGNED
                : NEVER;
    }

    /** The first time a timer is due: a time, and not a delay, so that a route started again later stays aligned. */
    public static Optional<Date> firstDue(Schedule schedule, String sync, Instant now) {
        return Firings.of(schedule, sync).nextDue(now).map(Date::from);
    }
}
