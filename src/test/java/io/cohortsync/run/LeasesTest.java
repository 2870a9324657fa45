package io.cohortsync.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.diff.ReadCounts;
import io.cohortsync.link.Link;
import io.cohortsync.link.LinkChanges;
import io.cohortsync.link.Links;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.source.Told;
import io.cohortsync.testing.BreakableDatabase;
import io.cohortsync.testing.Database;
import io.cohortsync.testing.StateBeans;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.CannotCreateTransactionException;

class LeasesTest {

    private static final Instant FIRST = Instant.parse("2026-03-01T10:00:00Z");
    private static final String VIP = StateBeans.SYNC;

    private static StateBeans beans(Database database) {
        return new StateBeans(database, Fingerprint.seeded(1), Clock.systemUTC(), 10, true, 1);
    }

    @ParameterizedTest
    @EnumSource
    void aLeaseIsTakenOnceAndAFiringTwiceByNobody(Database database) {
        try (StateBeans beans = beans(database)) {
            Leases leases = beans.bean(Leases.class);
            Lease lease = leases.takeForFiring(VIP, FIRST).orElseThrow();
            assertThat(leases.isHeld(VIP)).isTrue();
            assertThat(leases.take(VIP)).isEmpty();
            leases.renew();
            assertThat(leases.askForFollowUp(VIP, Optional.of(FIRST), false)).isFalse();
            assertThat(leases.askForFollowUp(VIP, Optional.of(FIRST.plusSeconds(60)), false))
                    .isTrue();
            assertThat(leases.everSucceeded(VIP)).isFalse();
            assertThat(leases.giveBack(lease, Optional.of(FIRST))).isTrue();
            assertThat(leases.everSucceeded(VIP)).isTrue();
            assertThat(beans.bean(Syncs.class).read(VIP).lastSuccess()).contains(FIRST);

            assertThat(leases.takeForFiring(VIP, FIRST)).isEmpty();
            Lease next = leases.takeForFollowUp(VIP, FIRST).orElseThrow();
            assertThat(next.token()).isGreaterThan(lease.token());
            assertThat(leases.giveBack(next, Optional.empty())).isFalse();
            assertThat(leases.takeIfOverdue(VIP, FIRST, FIRST, true)).isEmpty();

            // Asked for, and then the node died, or the sync was paused, before the follow-up began.
            Lease cutOff = leases.take(VIP).orElseThrow();
            assertThat(leases.askForFollowUp(VIP, Optional.empty(), false)).isTrue();
            leases.giveBack(cutOff, Optional.empty());
            Lease madeUpFor = leases.takeIfOverdue(VIP, FIRST, FIRST, false).orElseThrow();
            assertThat(leases.giveBack(madeUpFor, Optional.empty())).isFalse();
            beans.bean(Syncs.class).pause(VIP, true);
            assertThat(beans.bean(Syncs.class).paused()).containsExactly(VIP);
            assertThat(leases.takeIfOverdue(VIP, FIRST.plusSeconds(120), FIRST.plusSeconds(120), true))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNodeWhoseClockWasDaysAheadDoesNotKeepTheFiringsOfThoseDays(Database database) {
        try (StateBeans beans = beans(database)) {
            Leases leases = beans.bean(Leases.class);
            Instant inThreeDays = Instant.now().plus(Duration.ofDays(3));
            leases.giveBack(leases.takeForFiring(VIP, inThreeDays).orElseThrow(), Optional.empty());
            Instant tomorrow = Instant.now().plus(Duration.ofDays(1));
            assertThat(leases.takeForFiring(VIP, tomorrow)).isEmpty();
            Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
            leases.giveBack(leases.takeForFiring(VIP, now).orElseThrow(), Optional.empty());
            assertThat(leases.takeForFiring(VIP, now)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFiringIsTakenWithItsRunOrNotAtAll(Database database) {
        for (int statements = 0, failed = 1; failed > 0; statements++) {
            try (StateBeans beans = beans(database)) {
                Runs runs = beans.bean(Runs.class);
                BreakableDatabase breakable = beans.bean(BreakableDatabase.class);
                Date fire = Date.from(FIRST);
                beans.bean(Leases.class).askForFollowUp(VIP, Optional.empty(), false);
                breakable.breakAfter(statements, false);
                failed = runs.begin(VIP, "schedule", fire).isBegun() ? 0 : 1;
                breakable.mend();

                assertThat(runs.begin(VIP, "schedule", fire).isBegun())
                        .as("the database went away after %d statements", statements)
                        .isEqualTo(failed > 0);
                assertThat(beans.bean(JdbcTemplate.class).queryForObject("select count(*) from run", Integer.class))
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void aLeaseThatIsGivenBackWhileItIsRenewedStaysGivenBack() {
        try (StateBeans beans = beans(Database.H2)) {
            Leases leases = beans.bean(Leases.class);
            Lease lease = leases.take(VIP).orElseThrow();
            leases.giveBack(lease, Optional.empty());
            // As the renewal that had looked it up before saw it.
            leases.hold(lease);
            leases.renew();
            assertThat(leases.isHeld(VIP)).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsOwedIsReadThoughTheRunUnderWayDeliversAll(Database database) {
        try (StateBeans beans = beans(database)) {
            SourceNews news = beans.bean(SourceNews.class);
            Link link = delivered(beans, () -> {}).links().get(0);
            assertThat(news.isOld(heard(beans))).isTrue();
            delivered(beans, () -> beans.bean(LinkChanges.class).resync(link));
            assertThat(news.isOld(heard(beans))).as("a resync is owed").isFalse();
        }
    }

    private static Run heard(StateBeans beans) {
        Run run = beans.bean(Runs.class).begin(VIP, "manual", null).run().orElseThrow();
        Told told = new Told(Optional.empty(), OptionalLong.empty(), Optional.of("computed at noon"), "");
        Run heard = beans.bean(SourceNews.class).heard(run, told);
        beans.bean(JdbcTemplate.class)
                .update("update sync set lease_until = timestamp with time zone '2020-01-01 00:00:00Z'");
        return heard;
    }

    /** A run that delivers all there is, while something else happens. */
    private static Run delivered(StateBeans beans, Runnable meanwhile) {
        Run run = heard(beans);
        Map<Link, ReadCounts> counts = new LinkedHashMap<>();
        run.links().forEach(link -> counts.put(link, new ReadCounts(0, 0, 0, 0, 0, 0, 0, 0)));
        beans.bean(Runs.class).passWall(run, counts);
        meanwhile.run();
        run.links().forEach(link -> beans.bean(LinkEnds.class).finish(run, link, Optional.empty()));
        beans.bean(RunEnds.class).finish(run);
        return run;
    }

    @ParameterizedTest
    @EnumSource
    void aRunThatTheStateDatabaseCutOffIsMadeUpFor(Database database) {
        try (StateBeans beans = beans(database)) {
            Runs runs = beans.bean(Runs.class);
            RunEnds runEnds = beans.bean(RunEnds.class);
            BreakableDatabase breakable = beans.bean(BreakableDatabase.class);
            Run cutOff = runs.begin(VIP, "manual", null).run().orElseThrow();
            breakable.breakAfter(0, false);
            beans.bean(Leases.class).renew();
            runEnds.fail(cutOff, new IllegalStateException("as it could not be read"));
            assertThat(runEnds.finish(cutOff))
                    .as("nobody could begin another one now")
                    .isFalse();
            breakable.mend();
            assertThat(beans.bean(Overdue.class).syncs()).containsExactly(VIP);
            assertThat(runs.begin(VIP, "start", null).isBegun())
                    .as("until the lease has run out")
                    .isFalse();
            beans.bean(JdbcTemplate.class)
                    .update("update sync set lease_until = timestamp with time zone '2020-01-01 00:00:00Z'");
            Run madeUpFor = runs.begin(VIP, "start", null).run().orElseThrow();
            assertThat(beans.bean(Overdue.class).syncs()).isEmpty();

            runEnds.fail(madeUpFor, new CannotCreateTransactionException("it was away for a moment"));
            assertThat(runEnds.finish(madeUpFor)).as("one more").isTrue();
            Run last = runs.begin(VIP, "follow-up", null).run().orElseThrow();
            runEnds.fail(last, new IllegalStateException("the source is to blame"));
            assertThat(runEnds.finish(last)).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRunIsBegunCountedAndFoundAgain(Database database) {
        try (StateBeans beans = beans(database)) {
            RunStore store = beans.bean(RunStore.class);
            Link link = beans.bean(Links.class).of(beans.sync()).get(0);
            Lease lease = beans.bean(Leases.class).take(VIP).orElseThrow();
            long run = store.insert(VIP, lease.token(), Trigger.MANUAL, FIRST);
            store.insertLink(run, link.id(), new ReadCounts(9, 1, 0, 8, 0, 0, 0, 2));
            assertThat(store.read(run, 9)).isTrue();
            assertThat(store.running(VIP)).contains(run);
            assertThat(store.cutOff(run)).isFalse();
            store.count(run, link.id(), Outcome.ACCEPTED, 10);
            assertThat(store.openMembers(run, link.id())).isZero();
            assertThat(store.abandoned(VIP, lease.token() + 1)).containsExactly(run);
            assertThat(store.lock(run)).isTrue();
            assertThat(store.lockLink(run, link.id())).isTrue();
            store.finishLink(run, link.id(), RunState.SUCCEEDED, Optional.empty());
            store.finish(run, RunState.SUCCEEDED, Optional.of("x".repeat(3_000)), FIRST.plusSeconds(1));
            assertThat(store.lock(run)).isFalse();

            RunView view = store.find(run).orElseThrow();
            assertThat(view.startedAt()).isEqualTo(FIRST);
            assertThat(view.finishedAt()).contains(FIRST.plusSeconds(1));
            assertThat(view.targets()).hasSize(1);
            assertThat(view.targets().get(0).counts().accepted()).isEqualTo(10);
            assertThat(store.latest(Optional.of(VIP), 5)).containsExactly(view);
            assertThat(store.latest(Optional.empty(), 5)).containsExactly(view);
            assertThat(store.lastRead(link.id()).orElseThrow().startedAt()).isEqualTo(FIRST);
            beans.bean(JdbcTemplate.class).update("update run set state = 'running'");
            beans.bean(JdbcTemplate.class).update("update sync set token = token + 1");
            assertThat(store.cutOff(run)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "H2")
    void noRunBeginsOfASyncThatIsNotConfiguredNorAnyOnANodeThatStops(Database database) {
        try (StateBeans beans = new StateBeans(database, Fingerprint.seeded(1), Clock.systemUTC(), 10, true, 1)) {
            Runs runs = beans.bean(Runs.class);
            assertThat(runs.begin("vip~1", "manual", null).why()).contains("no sync vip~1");
            assertThat(beans.bean(PushNews.class).isDue("vip~1")).isTrue();
            Overdue overdue = beans.bean(Overdue.class);
            overdue.lookAt("vip~1");
            assertThat(overdue.syncs()).doesNotContain("vip~1");

            beans.bean(Halts.class).stopNode();
            assertThat(runs.beginAlone(beans.sync()).isBegun()).isFalse();
        }
    }
}
