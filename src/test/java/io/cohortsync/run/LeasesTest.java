package io.cohortsync.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.diff.ReadCounts;
import io.cohortsync.link.Link;
import io.cohortsync.link.Links;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.testing.Database;
import io.cohortsync.testing.StateBeans;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;

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
            beans.bean(Syncs.class).pause(VIP, true);
            assertThat(beans.bean(Syncs.class).paused()).containsExactly(VIP);
            assertThat(leases.takeIfOverdue(VIP, FIRST.plusSeconds(120), FIRST.plusSeconds(120), true))
                    .isEmpty();
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
}
