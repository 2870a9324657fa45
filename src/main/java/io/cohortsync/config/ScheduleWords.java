package io.cohortsync.config;

import io.cohortsync.schedule.Schedule;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says in words when a sync runs. */
final class ScheduleWords {

    private static final Pattern DAILY = Pattern.compile("0 (\\d{1,2}) (\\d{1,2}) \\* \\* \\?");

    private ScheduleWords() {}

    static String of(Schedule schedule) {
        if (schedule instanceof Schedule.Once) {
            return "once";
        }
        if (schedule instanceof Schedule.OnChange) {
            return "on change";
        }
        if (schedule instanceof Schedule.Every every) {
            return "every " + interval(every.interval());
        }
        if (schedule instanceof Schedule.Cron cron) {
            Matcher daily = DAILY.matcher(cron.expression());
            String when = daily.matches()
                    ? String.format(
                            "every day at %02d:%02d", Integer.valueOf(daily.group(2)), Integer.valueOf(daily.group(1)))
                    : "cron " + cron.expression();
            return when + " " + cron.zone().getId();
        }
        return "when asked";
    }

    private static String interval(Duration interval) {
        long seconds = interval.toSeconds();
        if (interval.toMillisPart() != 0) {
            return interval.toMillis() + " ms";
        }
        if (seconds % 86_400 == 0) {
            return count(seconds / 86_400, "day");
        }
        if (seconds % 3600 == 0) {
            return count(seconds / 3600, "hour");
        }
        return seconds % 60 == 0 ? count(seconds / 60, "minute") : count(seconds, "second");
    }

    private static String count(long number, String unit) {
        return number == 1 ? unit : number + " " + unit + "s";
    }
}
