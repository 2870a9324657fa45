package io.cohortsync.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.membership.Standing;
import io.cohortsync.testing.Configured;
import io.cohortsync.testing.Database;
import io.cohortsync.testing.StateBeans;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;

class LinksTest {

    @ParameterizedTest
    @EnumSource
    void aLinkGetsItsRowOnceAndRemembersWhatItWasFilledUnder(Database database) {
        try (StateBeans beans = new StateBeans(database, Fingerprint.seeded(1), Clock.systemUTC(), 10, true, 2)) {
            Links links = beans.bean(Links.class);
            JdbcTemplate jdbc = beans.bean(JdbcTemplate.class);
            links.register(beans.sync());
            links.register(beans.sync());
            List<Link> stored = links.of(beans.sync());
            assertThat(stored).hasSize(2).allMatch(link -> link.identityChange().isEmpty());
            assertThat(links.of(beans.sync())).isEqualTo(stored);
            assertThat(jdbc.queryForObject("select count(*) from link", Integer.class))
                    .isEqualTo(2);

            links.claim(StateBeans.SYNC, 5);
            links.claim(StateBeans.SYNC, 4);
            assertThat(jdbc.queryForList("select token from link", Long.class)).containsExactly(5L, 5L);

            Link link = stored.get(0);
            MembershipStore members = beans.bean(MembershipStore.class);
            Optional<Instant> later = Optional.of(Instant.now().plusSeconds(60));
            members.insert(link.id(), List.of(new Member(1, "ann", Standing.UNMATCHED, 1, 1, later)), Instant.now());
            links.remember(beans.sync(), link);
            assertThat(members.settled(link.id(), Instant.now())).isZero();
            assertThat(members.find(link.id(), List.of(1L))).isEmpty();

            jdbc.update(
                    "update link set acknowledged = 1, identity = replace(identity, 'vip.csv', 'all.csv') where id = ?",
                    link.id());
            assertThat(links.of(beans.sync()).get(0).identityChange().orElseThrow())
                    .isEqualTo("cohort was all.csv, is vip.csv");

            // However it came that a link knows whom it holds and not under what: nobody is forgotten.
            members.insert(
                    link.id(),
                    List.of(new Member(2, "bob", Standing.ACKNOWLEDGED, 1, 0, Optional.empty())),
                    Instant.now());
            jdbc.update("update link set identity = null where id = ?", link.id());
            assertThat(links.remember(beans.sync(), links.of(beans.sync()).get(0)))
                    .isTrue();
            assertThat(members.find(link.id(), List.of(2L))).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofTwoLinksThatWereGivenOneNameAndFilledByNobodyTheOlderHasItAndOfOthersTheOneThatIsFilled(Database database) {
        try (StateBeans beans = new StateBeans(database, Fingerprint.seeded(1), Clock.systemUTC(), 10, true, 1)) {
            Links links = beans.bean(Links.class);
            SyncSettings one = awaitingItsName(beans, "one");
            SyncSettings two = awaitingItsName(beans, "two");
            for (SyncSettings sync : List.of(one, two)) {
                links.register(sync);
                links.claim(sync.name(), 1);
                links.name(sync, 1, "Trial");
            }
            List<SyncSettings> syncs = List.of(one, two);
            Link first = links.of(one).get(0);
            Link second = links.of(two).get(0);
            assertThat(second.settings().trait()).contains("Mixpanel - Trial");

            assertThat(links.otherThatWrites(first, syncs)).isEmpty();
            assertThat(links.otherThatWrites(second, syncs)).contains("one → target-1");

            beans.bean(JdbcTemplate.class).update("update link set acknowledged = 1 where id = ?", second.id());
            assertThat(links.otherThatWrites(first, syncs)).contains("two → target-1");
        }
    }

    private static SyncSettings awaitingItsName(StateBeans beans, String sync) {
        LinkSettings plain = beans.sync().links().get(0);
        LinkSettings link = new LinkSettings(
                sync,
                plain.target(),
                true,
                plain.memberKey(),
                plain.normalize(),
                plain.onRename(),
                true,
                Optional.of("Mixpanel - {name}"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        return Configured.sync(sync, beans.sync().source(), sync, List.of(link));
    }
}
