package io.cohortsync.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.config.Settings;
import io.cohortsync.link.LinkVersions;
import io.cohortsync.link.Links;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.membership.Standing;
import io.cohortsync.state.StoredTime;
import io.cohortsync.testing.Database;
import io.cohortsync.testing.StateBeans;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

class RedrivesTest {

    private static final String VIP = StateBeans.SYNC;
    private static final Redrives.Filter ALL =
            new Redrives.Filter(Optional.empty(), Optional.empty(), Optional.empty());

    /** More exact than the databases keep it. */
    private Instant now = Instant.parse("2026-03-01T10:00:00.123456789Z");

    private final Clock clock = new Clock() {

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };

    private StateBeans beans;
    private long link;

    private JdbcClient jdbc() {
        return beans.bean(JdbcClient.class);
    }

    /** As another node, or this one after a restart, sees it. */
    private Redrives redrives() {
        return new Redrives(
                beans.bean(Settings.class),
                jdbc(),
                beans.bean(MembershipStore.class),
                beans.bean(LinkVersions.class),
                beans.bean(TransactionOperations.class),
                clock);
    }

    private void letters(int number) {
        link = beans.bean(Links.class).of(beans.sync()).get(0).id();
        Instant later = now.plus(Duration.ofHours(5));
        for (int i = 1; i <= number; i++) {
            beans.bean(MembershipStore.class)
                    .insert(link, List.of(new Member(i, "p" + i, Standing.REJECTED, 1, 1, Optional.of(later))), now);
            jdbc().sql("insert into dead_letter (link_id, fingerprint, member_key, direction, reason, words, attempts,"
                            + " first_at, last_at, next_try) values (?, ?, ?, 1, ?, '', 1, ?, ?, ?)")
                    .params(link, i, "p" + i, i % 2 == 0 ? "HTTP 400" : "HTTP 422")
                    .params(StoredTime.of(now), StoredTime.of(now), StoredTime.of(later))
                    .update();
        }
    }

    private long settled() {
        return beans.bean(MembershipStore.class).settled(link, now);
    }

    private void runOf(String sync) {
        jdbc().sql(
                        "insert into run (sync, token, state, started_by, started_at) values (?, 1, 'succeeded', 'redrive', ?)")
                .params(sync, StoredTime.of(now))
                .update();
    }

    @ParameterizedTest
    @EnumSource
    void soManyAMinuteAreMadeDueAndTheirSyncRunsOnceForThemAlsoAfterARestart(Database database) {
        try (StateBeans state = new StateBeans(database, Fingerprint.seeded(1), clock, 10, true, 1)) {
            beans = state;
            letters(5);
            runOf(VIP);

            Redrive begun = redrives().begin(ALL, 2);

            assertThat(begun.redriven()).isEqualTo(5);
            assertThat(List.of(begun.left(), begun.due(), begun.sent(), begun.gone()))
                    .containsExactly(3, 2, 0, 0);
            assertThat(settled()).isEqualTo(3);
            assertThat(redrives().syncs()).containsExactly(VIP);
            runOf(VIP);
            assertThat(redrives().syncs()).isEmpty();
            assertThat(settled()).isEqualTo(3);

            now = now.plusSeconds(60);
            assertThat(redrives().syncs()).containsExactly(VIP);
            assertThat(settled()).isEqualTo(1);
            runOf(VIP);
            jdbc().sql("update sync set paused = true").update();
            now = now.plusSeconds(60);
            assertThat(redrives().syncs()).isEmpty();
            assertThat(settled()).isZero();
            assertThat(redrives().find(begun.id()).orElseThrow().state()).isEqualTo("running");

            jdbc().sql("delete from dead_letter").update();
            assertThat(redrives().syncs()).isEmpty();
            Redrive done = redrives().latest(1).get(0);
            assertThat(done.state()).isEqualTo("done");
            assertThat(done.gone()).isEqualTo(5);
            assertThat(redrives().cancel(begun.id())).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCancelledOneMakesNoMoreDueAndAnotherTakesOverTheLettersItWants(Database database) {
        try (StateBeans state = new StateBeans(database, Fingerprint.seeded(1), clock, 10, true, 1)) {
            beans = state;
            letters(5);
            Redrive first = redrives().begin(ALL, 1);
            Redrive second = redrives()
                    .begin(new Redrives.Filter(Optional.of(VIP), Optional.empty(), Optional.of("HTTP 400")), 1);

            assertThat(second.redriven()).isEqualTo(2);
            assertThat(redrives().find(first.id()).orElseThrow().gone()).isEqualTo(2);
            assertThat(redrives().cancel(first.id())).isTrue();

            Redrive cancelled = redrives().find(first.id()).orElseThrow();
            assertThat(cancelled.state()).isEqualTo("cancelled");
            assertThat(List.of(cancelled.left(), cancelled.due(), cancelled.gone()))
                    .containsExactly(2, 1, 2);
            now = now.plusSeconds(60);
            redrives().syncs();
            assertThat(settled()).isEqualTo(2);
            assertThat(redrives()
                            .begin(new Redrives.Filter(Optional.of("other"), Optional.empty(), Optional.empty()), 1)
                            .state())
                    .isEqualTo("done");
        }
    }
}
