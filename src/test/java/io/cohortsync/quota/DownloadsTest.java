package io.cohortsync.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.quota.Downloads.Used;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DownloadsTest {

    private static final Instant BEGIN = Instant.parse("2026-11-01T00:00:00Z");
    private static final Instant NEXT = Instant.parse("2026-12-01T00:00:00Z");

    @ParameterizedTest
    @CsvSource({
        // 450 of 500 in 30 days: 15 a day, and a day's worth to begin with.
        "500, 2026-11-01T00:00:00Z, 15",
        "500, 2026-11-01T23:59:59Z, 29",
        "500, 2026-11-16T00:00:00Z, 240",
        "500, 2026-11-30T23:59:59Z, 450",
        // A small budget begins with one, and keeps nothing for runs by hand.
        "1, 2026-11-01T00:00:00Z, 1",
        "9, 2026-11-01T00:00:00Z, 1",
        "9, 2026-11-30T00:00:00Z, 9"
    })
    void schedulesSpendAMonthEvenly(int aMonth, Instant now, int allowed) {
        assertThat(new Downloads(aMonth).allowedBy(now)).isEqualTo(allowed);
    }

    @Test
    void aScheduleWaitsUntilTheMonthHasGoneOnAndARunByHandDoesNot() {
        Downloads downloads = new Downloads(500);
        Used burst = new Used(15, 0);
        Instant until = downloads.waitUntil(burst, false, BEGIN).orElseThrow();
        assertThat(Duration.between(BEGIN, until)).isEqualTo(Duration.ofDays(30).dividedBy(450));
        assertThat(downloads.waitUntil(burst, false, until)).isEmpty();
        assertThat(downloads.waitUntil(burst, false, until.minusSeconds(1))).contains(until);
        assertThat(downloads.waitUntil(burst, true, BEGIN)).isEmpty();
    }

    @Test
    void aTenthIsKeptForRunsByHandWhichThenTakeWhatSchedulesWouldHaveHad() {
        Downloads downloads = new Downloads(500);
        Instant end = NEXT.minusSeconds(60);
        assertThat(downloads.waitUntil(new Used(450, 0), false, end)).contains(NEXT);
        assertThat(downloads.waitUntil(new Used(450, 49), true, end)).isEmpty();
        assertThat(downloads.waitUntil(new Used(450, 50), true, end)).contains(NEXT);
        assertThat(downloads.waitUntil(new Used(400, 60), false, end)).isEmpty();
        assertThat(downloads.waitUntil(new Used(440, 60), false, end)).contains(NEXT);
        assertThat(downloads.waitUntil(new Used(0, 0), false, NEXT)).isEmpty();
    }
}
