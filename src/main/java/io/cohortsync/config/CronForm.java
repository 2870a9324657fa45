package io.cohortsync.config;

import java.text.ParseException;
import java.time.ZoneId;
import java.util.Date;
import java.util.Optional;
import java.util.TimeZone;
import java.util.regex.Pattern;
import org.quartz.CronExpression;

/** Checks Quartz cron expressions, and turns those of five fields, which other tools use, into Quartz's form. */
final class CronForm {

    // A weekday's number, not one that counts steps or weeks.
    private static final Pattern WEEKDAY = Pattern.compile("(?<![/#\\w])[0-7](?!\\w)");

    private CronForm() {}

    /** What is wrong with an expression of six or seven fields; empty if nothing is. */
    static Optional<String> mistake(String expression, ZoneId zone) {
        try {
            CronExpression cron = new CronExpression(expression);
            cron.setTimeZone(TimeZone.getTimeZone(zone));
            return cron.getNextValidTimeAfter(new Date()) == null
                    ? Optional.of("the cron expression \"" + expression + "\" never fires")
                    : Optional.empty();
        } catch (ParseException | RuntimeException e) {
            return Optional.of("\"" + expression + "\" is no valid Quartz cron expression: " + e.getMessage());
        }
    }

    /** The Quartz form of a five-field expression, where there is one. */
    static Optional<String> ofFiveFields(String expression, ZoneId zone) {
        String[] field = expression.strip().split("\\s+");
        String day = field[2];
        String weekday =
                WEEKDAY.matcher(field[4]).replaceAll(match -> String.valueOf(Integer.parseInt(match.group()) % 7 + 1));
        if (field[4].equals("*") || field[4].equals("?")) {
            weekday = "?";
        } else if (day.equals("*")) {
            day = "?";
        }
        String quartz = String.join(" ", "0", field[0], field[1], day, field[3], weekday);
        return mistake(quartz, zone).isPresent() ? Optional.empty() : Optional.of(quartz);
    }
}
