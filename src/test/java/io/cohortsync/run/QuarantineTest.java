package io.cohortsync.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.config.SyncSettings;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.run.Quarantine.Quarantined;
import io.cohortsync.schedule.Schedule;
import io.cohortsync.testing.Database;
import io.cohortsync.testing.StateBeans;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QuarantineTest {

    private static final String VIP = StateBeans.SYNC;
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:07Z");

    private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);

    private static Run run(StateBeans beans, Lease lease, Schedule schedule) {
        SyncSettings sync = beans.sync();
        SyncSettings scheduled = new SyncSettings(
                sync.name(),
                sync.source(),
                sync.cohort(),
                sync.cohortId(),
                sync.givenName(),
                sync.pushed(),
                sync.staleAfter(),
                schedule,
                true,
                sync.links(),
                sync.guard());
        return new Run(1, scheduled, lease, List.of(), NOW, Optional.empty());
    }

    @ParameterizedTest
    @EnumSource
    void theFifthFailureInARowSlowsASyncUntilItCanBeReadAgain(Database database) {
        try (StateBeans beans = new StateBeans(database, Fingerprint.seeded(1), clock, 10, true, 1)) {
            Leases leases = beans.bean(Leases.class);
            Quarantine quarantine = beans.bean(Quarantine.class);
            Lease lease = leases.take(VIP).orElseThrow();
            Run hourly = run(beans, lease, new Schedule.Every(Duration.ofHours(1)));
            for (int i = 1; i <= 4; i++) {
                quarantine.failed(hourly, "no such file");
            }
            assertThat(quarantine.of(VIP)).isEmpty();

            quarantine.failed(hourly, "still none");

            Quarantined slowed = quarantine.of(VIP).orElseThrow();
            assertThat(slowed.failures()).isEqualTo(5);
            assertThat(slowed.since()).isEqualTo(NOW);
            assertThat(slowed.why()).isEqualTo("still none");
            assertThat(slowed.advice()).contains("POST /api/syncs/vip/run");
            assertThat(Duration.between(NOW, slowed.nextTry()))
                    .isBetween(Duration.ofMinutes(90), Duration.ofMinutes(150));
            Instant before = slowed.nextTry().minusMillis(1);

            assertThat(leases.askForFollowUp(VIP, Optional.of(NOW), false)).isTrue();
            assertThat(leases.giveBack(lease, Optional.empty())).isTrue();
            assertThat(leases.takeForFollowUp(VIP, before)).isEmpty();
            assertThat(leases.takeForChange(VIP, before)).isEmpty();
            assertThat(leases.takeIfOverdue(VIP, before, before, true)).isEmpty();
            assertThat(leases.takeForFiring(VIP, before)).isEmpty();
            Lease byHand = leases.take(VIP).orElseThrow();
            assertThat(leases.askForFollowUp(VIP, Optional.empty(), true)).isTrue();
            leases.giveBack(byHand, Optional.empty());
            Lease askedFor = leases.takeForFollowUp(VIP, before).orElseThrow();
            leases.giveBack(askedFor, Optional.empty());
            Lease due = leases.takeForFiring(VIP, slowed.nextTry()).orElseThrow();

            // A run that lost its lease tells nothing.
            quarantine.ended(hourly);
            assertThat(quarantine.of(VIP)).isPresent();
            quarantine.ended(run(beans, due, hourly.sync().schedule()));
            assertThat(quarantine.of(VIP)).isEmpty();
            quarantine.failed(run(beans, due, hourly.sync().schedule()), "once more");
            assertThat(quarantine.of(VIP)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "H2")
    void theWaitDoublesFromAMinuteAtLeastToADayAtMostAndASyncThatIsRunByHandHasNone(Database database) {
        try (StateBeans beans = new StateBeans(database, Fingerprint.seeded(1), clock, 10, true, 1)) {
            Quarantine quarantine = beans.bean(Quarantine.class);
            Lease lease = beans.bean(Leases.class).take(VIP).orElseThrow();
            Run often = run(beans, lease, new Schedule.Every(Duration.ofSeconds(10)));
            for (int i = 1; i <= 5; i++) {
                quarantine.failed(often, "no");
            }
            for (long minutes : List.of(2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440, 1440)) {
                assertThat(Duration.between(
                                NOW, quarantine.of(VIP).orElseThrow().nextTry()))
                        .isBetween(
                                Duration.ofMinutes(minutes).minusSeconds(5),
                                Duration.ofMinutes(minutes).plusSeconds(5));
                quarantine.failed(often, "no");
            }
            // Already slower than what is the most.
            quarantine.failed(run(beans, lease, new Schedule.Every(Duration.ofDays(7))), "no");
            Instant next = quarantine.of(VIP).orElseThrow().nextTry();
            assertThat(Duration.between(NOW, next)).isBetween(Duration.ZERO, Duration.ofDays(7));
            quarantine.failed(run(beans, lease, new Schedule.Manual()), "no");
            assertThat(quarantine.of(VIP)).isEmpty();
        }
    }
}
