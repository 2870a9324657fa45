package io.cohortsync.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.schedule.Schedule.Cron;
import io.cohortsync.schedule.Schedule.Every;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FiringsTest {

    private static final Instant NOW = Instant.parse("2026-03-01T10:17:23.456Z");

    private static Firings every(String interval, String sync) {
        return Firings.of(new Every(Duration.parse(interval)), sync);
    }

    private static Firings cron(String expression, String zone) {
        return Firings.of(new Cron(expression, ZoneId.of(zone)), "vip");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT1S", "PT7S", "PT15M", "PT1H", "P1D", "P30D"})
    void durationsAreAlignedToTheEpochAtTheSyncsOwnOffset(String interval) {
        long millis = Duration.parse(interval).toMillis();
        Firings firings = every(interval, "vip");
        Instant last = firings.lastDue(NOW).orElseThrow();
        Instant next = firings.nextDue(NOW).orElseThrow();
        assertThat(last).isBeforeOrEqualTo(NOW);
        assertThat(next).isAfter(NOW).isEqualTo(last.plusMillis(millis));
        long offset = Math.floorMod(last.toEpochMilli(), millis);
        for (Instant other : new Instant[] {Instant.EPOCH, NOW.plusSeconds(987_654_321), last, last.minusMillis(1)}) {
            assertThat(Math.floorMod(firings.lastDue(other).orElseThrow().toEpochMilli(), millis))
                    .isEqualTo(offset);
        }
    }

    @Test
    void aDueTimeIsDueAtItsOwnMillisecondAndNotBefore() {
        Firings firings = every("PT15M", "vip");
        Instant due = firings.nextDue(NOW).orElseThrow();
        assertThat(firings.lastDue(due)).contains(due);
        assertThat(firings.lastDue(due.minusMillis(1))).contains(due.minusSeconds(900));
        assertThat(firings.nextDue(due)).contains(due.plusSeconds(900));
    }

    @Test
    void syncsOfOneIntervalAreSpreadOverIt() {
        long[] perQuarter = new long[4];
        IntStream.range(0, 400).forEach(i -> {
            Instant due = every("PT1H", "sync-" + i).lastDue(NOW).orElseThrow();
            perQuarter[(int) (Math.floorMod(due.toEpochMilli(), 3_600_000) / 900_000)]++;
        });
        assertThat(Arrays.stream(perQuarter).min().orElseThrow()).isGreaterThan(50);
    }

    @ParameterizedTest
    @ValueSource(longs = {-400_000, -1, 0, 1, 5_000, 449_000})
    void aTimerThatFiresALittleEarlyOrLateNamesTheTimeItMeant(long off) {
        Firings firings = every("PT15M", "vip");
        Instant due = firings.nextDue(NOW).orElseThrow();
        assertThat(firings.named(due.plusMillis(off))).isEqualTo(due);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 30 6 * * ?   | UTC           | 2026-03-01T10:17:23Z | 2026-03-01T06:30:00Z | 2026-03-02T06:30:00Z",
                "0 30 6 * * ?   | Europe/Berlin | 2026-03-01T05:30:00Z | 2026-03-01T05:30:00Z | 2026-03-02T05:30:00Z",
                "0 30 6 * * ?   | Europe/Berlin | 2026-03-01T05:29:59Z | 2026-02-28T05:30:00Z | 2026-03-01T05:30:00Z",
                // The clock goes forward: half past six is an hour earlier.
                "0 30 6 * * ?   | Europe/Berlin | 2026-03-29T12:00:00Z | 2026-03-29T04:30:00Z | 2026-03-30T04:30:00Z",
                // The clock goes back.
                "0 30 6 * * ?   | Europe/Berlin | 2026-10-25T12:00:00Z | 2026-10-25T05:30:00Z | 2026-10-26T05:30:00Z",
                "0 0/5 * * * ?  | UTC           | 2026-03-01T10:17:23Z | 2026-03-01T10:15:00Z | 2026-03-01T10:20:00Z",
                "* * * * * ?    | UTC           | 2026-03-01T10:17:23Z | 2026-03-01T10:17:23Z | 2026-03-01T10:17:24Z",
                "0 0 0 1 * ?    | UTC           | 2026-03-31T10:00:00Z | 2026-03-01T00:00:00Z | 2026-04-01T00:00:00Z",
                "0 0 0 29 2 ?   | UTC           | 2027-12-31T00:00:00Z | 2024-02-29T00:00:00Z | 2028-02-29T00:00:00Z",
                "0 0 9 ? * MON  | Asia/Kolkata  | 2026-03-01T10:00:00Z | 2026-02-23T03:30:00Z | 2026-03-02T03:30:00Z",
            })
    void calendarTimesAreThoseOfTheZone(String expression, String zone, Instant now, Instant last, Instant next) {
        Firings firings = cron(expression, zone);
        assertThat(firings.lastDue(now)).contains(last);
        assertThat(firings.nextDue(now)).contains(next);
        assertThat(firings.named(last)).isEqualTo(last);
    }

    @ParameterizedTest
    @CsvSource({"2026-03-29T00:00:00Z, 2026-03-30T00:00:00Z", "2026-10-25T00:00:00Z, 2026-10-26T00:30:00Z"})
    void aTimeThatADaysClockSkipsOrRepeatsComesAtLeastOnceInTheNextDay(Instant from, Instant until) {
        Firings firings = cron("0 30 2 * * ?", "Europe/Berlin");
        Instant first = firings.nextDue(from.minusSeconds(1)).orElseThrow();
        assertThat(first).isBefore(until.plusSeconds(3_600));
        assertThat(firings.lastDue(first)).contains(first);
    }

    @Test
    void aPastYearIsNeverDueAgainAndAskedForIsNeverDue() {
        Firings past = cron("0 0 0 1 1 ? 2030", "UTC");
        assertThat(past.lastDue(NOW)).isEmpty();
        assertThat(past.nextDue(NOW)).contains(Instant.parse("2030-01-01T00:00:00Z"));
        assertThat(past.nextDue(Instant.parse("2031-01-01T00:00:00Z"))).isEmpty();
        Firings manual = Firings.of(new Schedule.Manual(), "vip");
        assertThat(manual.lastDue(NOW)).isEmpty();
        assertThat(manual.nextDue(NOW)).isEmpty();
    }

    @Test
    void onceIsTriedAgainEveryFiveMinutes() {
        Firings once = Firings.of(new Schedule.Once(), "vip");
        Instant last = once.lastDue(NOW).orElseThrow();
        assertThat(once.nextDue(NOW)).contains(last.plus(Duration.ofMinutes(5)));
    }

    @Test
    void aTimersFirstFiringIsADueTimeAfterTheStartUp() {
        String options = QuartzOptions.of(new Every(Duration.ofMinutes(15)), "vip", NOW);
        long delay = Long.parseLong(options.replaceFirst(".*triggerStartDelay=", ""));
        assertThat(delay).isBetween(5_000L, 905_000L);
        Instant first = NOW.truncatedTo(java.time.temporal.ChronoUnit.MILLIS).plusMillis(delay);
        assertThat(Duration.between(first, every("PT15M", "vip").named(first)).abs())
                .isLessThan(Duration.ofMillis(2));
        assertThat(QuartzOptions.of(new Cron("0 30 6  * * ?", ZoneId.of("Europe/Berlin")), "vip", NOW))
                .isEqualTo("cron=0+30+6+*+*+?&trigger.timeZone=Europe/Berlin");
    }
}
