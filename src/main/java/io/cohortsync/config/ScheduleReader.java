package io.cohortsync.config;

import io.cohortsync.schedule.Schedule;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code schedule}. */
final class ScheduleReader {

    /** Used where nothing is said. */
    static final Schedule DEFAULT = new Schedule.Every(Duration.ofHours(1));

    private static final String ACCEPTED = "Accepted: once, manual, hourly, daily, a duration such as \"15m\","
            + " {daily: \"06:30\"}, or a Quartz cron expression such as \"0 30 6 * * ?\"";
    private static final Pattern TIME = Pattern.compile("([01]?\\d|2[0-3]):([0-5]\\d)");

    private final ZoneId zone;

    ScheduleReader(ZoneId zone) {
        this.zone = zone;
    }

    /** Nothing where nothing is given, or what is given is refused. */
    Optional<Schedule> read(Node node) {
        return read(node, "on-change is said of each sync whose cohort is pushed to us");
    }

    /** As {@link #read(Node)}, for a sync of this cohort. */
    Optional<Schedule> read(Node node, From from) {
        return read(
                node,
                from.pushed()
                        ? ""
                        : "on-change is for cohorts that are pushed to us; this one is read, so say how often");
    }

    private Optional<Schedule> read(Node node, String whyNotOnChange) {
        if (node.isSection()) {
            node.acceptOnly(Keys.SCHEDULE);
            Node daily = node.child("daily");
            Scalar time = Scalar.of(daily);
            return time.given("a time of day such as \"06:30\"")
                    ? time.word().flatMap(text -> daily(daily, text))
                    : Optional.empty();
        }
        return Scalar.of(node).word().flatMap(word -> switch (word) {
            case "once" -> Optional.of(new Schedule.Once());
            case "manual" -> Optional.of(new Schedule.Manual());
            case "hourly" -> Optional.of(DEFAULT);
            case "daily" -> Optional.of(new Schedule.Every(Duration.ofDays(1)));
            case "on-change" ->
                whyNotOnChange.isEmpty()
                        ? Optional.of(new Schedule.OnChange())
                        : refused(node, whyNotOnChange + ". " + ACCEPTED);
            default -> word.contains(" ") ? cron(node, word) : every(node, word);
        });
    }

    private Optional<Schedule> daily(Node node, String text) {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            return refused(node, "found \"" + text + "\". Accepted: a time of day such as \"06:30\"");
        }
        int hour = Integer.parseInt(matcher.group(1));
        int minute = Integer.parseInt(matcher.group(2));
        return Optional.of(new Schedule.Cron("0 " + minute + " " + hour + " * * ?", zone));
    }

    private static Optional<Schedule> every(Node node, String word) {
        Optional<Duration> interval = Scalar.duration(word);
        if (interval.isEmpty()) {
            return refused(node, "found \"" + word + "\". " + ACCEPTED);
        }
        if (interval.get().compareTo(Duration.ofSeconds(1)) < 0) {
            return refused(node, "found \"" + word + "\", which is too short. Accepted: \"1s\" or more");
        }
        return interval.map(Schedule.Every::new);
    }

    private Optional<Schedule> cron(Node node, String expression) {
        int fields = expression.split("\\s+").length;
        if (fields == 5) {
            return refused(
                    node,
                    "\"" + expression + "\" has five fields, and Quartz cron expressions begin with the seconds"
                            + CronForm.ofFiveFields(expression, zone)
                                    .map(quartz -> "; write \"" + quartz + "\"")
                                    .orElse(". " + ACCEPTED));
        }
        if (fields != 6 && fields != 7) {
            return refused(node, "found \"" + expression + "\". " + ACCEPTED);
        }
        Optional<String> mistake = CronForm.mistake(expression, zone);
        return mistake.isPresent() ? refused(node, mistake.get()) : Optional.of(new Schedule.Cron(expression, zone));
    }

    private static Optional<Schedule> refused(Node node, String message) {
        node.problem(message);
        return Optional.empty();
    }
}
