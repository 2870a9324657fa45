package io.cohortsync.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.link.RemoteLists.Claim;
import io.cohortsync.link.RemoteLists.Remote;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.testing.Configured;
import io.cohortsync.testing.Database;
import io.cohortsync.testing.StateBeans;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

class RemoteListsTest {

    private static final Instant FIRST = Instant.parse("2026-11-22T10:00:00Z");

    @ParameterizedTest
    @EnumSource
    void anIntentStandsUntilItIsAnsweredAndOnlyTheLeasesHolderWrites(Database database) {
        try (StateBeans beans = new StateBeans(database, Fingerprint.seeded(1), Clock.systemUTC(), 10, false, 1)) {
            RemoteLists lists = beans.bean(RemoteLists.class);
            Links links = beans.bean(Links.class);
            links.register(beans.sync());
            links.claim(StateBeans.SYNC, 3);
            Link link = links.of(beans.sync()).get(0);
            assertThat(lists.read(link)).isEqualTo(new Remote(Optional.empty(), Optional.empty()));

            assertThat(lists.ask(link, 2, FIRST)).isFalse();
            assertThat(lists.ask(link, 3, FIRST)).isTrue();
            assertThat(lists.ask(link, 3, FIRST.plusSeconds(60))).isTrue();
            assertThat(lists.read(link).asked()).contains(FIRST);

            assertThat(lists.refused(link, 3)).isTrue();
            assertThat(lists.read(link).asked()).isEmpty();

            lists.ask(link, 3, FIRST);
            assertThat(lists.claim(link, 2, "c1")).isEqualTo(new Claim.LeaseLost());
            assertThat(lists.claim(link, 3, "c1")).isEqualTo(new Claim.Ours());
            assertThat(lists.read(link)).isEqualTo(new Remote(Optional.of("c1"), Optional.empty()));

            // Nothing is acknowledged, so another configuration is just taken, and fills a list of its own.
            beans.bean(JdbcTemplate.class).update("update link set identity = '{}'");
            links.remember(beans.sync(), links.of(beans.sync()).get(0));
            assertThat(lists.read(link).id()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aChangedIdentityThatIsKeptLooksUpTheListAgainOnlyIfItIsAnother(Database database) {
        try (StateBeans beans = new StateBeans(database, Fingerprint.seeded(1), Clock.systemUTC(), 10, false, 1)) {
            Links links = beans.bean(Links.class);
            JdbcTemplate jdbc = beans.bean(JdbcTemplate.class);
            Link link = links.of(beans.sync()).get(0);
            links.remember(beans.sync(), link);
            jdbc.update("update link set acknowledged = 1, remote_id = 'c1', identity = replace(identity,"
                    + " '\"member key\":\"user_id\"', '\"member key\":\"email\"')");
            Link otherKeys = links.of(beans.sync()).get(0);
            assertThat(otherKeys.identityChange()).contains("member key was email, is user_id");
            beans.bean(LinkChanges.class).keep(beans.sync(), otherKeys);
            assertThat(beans.bean(RemoteLists.class).read(link).id()).contains("c1");

            jdbc.update("update link set identity = replace(identity, '\"trait\":\"vip\"', '\"trait\":\"gold\"')");
            Link elsewhere = links.of(beans.sync()).get(0);
            assertThat(elsewhere.identityChange()).contains("trait was gold, is vip");
            beans.bean(LinkChanges.class).keep(beans.sync(), elsewhere);
            assertThat(beans.bean(RemoteLists.class).read(link).id()).isEmpty();
            assertThat(links.of(beans.sync()).get(0).identityChange()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aListThatAnotherLinkOfTheTargetFillsIsKnown(Database database) {
        try (StateBeans beans = new StateBeans(database, Fingerprint.seeded(1), Clock.systemUTC(), 10, false, 1)) {
            RemoteLists lists = beans.bean(RemoteLists.class);
            Links links = beans.bean(Links.class);
            links.register(beans.sync());
            Link link = links.of(beans.sync()).get(0);
            JdbcTemplate jdbc = beans.bean(JdbcTemplate.class);
            jdbc.update("insert into link (sync, target, remote_id) values ('gone', 'target-1', 'c1')");
            links.claim(StateBeans.SYNC, 1);
            assertThat(lists.claim(link, 1, "c1"))
                    .as("a sync that left the configuration fills nothing")
                    .isEqualTo(new Claim.Ours());
            assertThat(lists.claim(link, 1, "c1")).as("its own").isEqualTo(new Claim.Ours());
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofTwoLinksThatClaimOneListAtOnceTheSecondIsToldTheFirst(Database database) throws Exception {
        ExecutorService two = Executors.newFixedThreadPool(2);
        try (StateBeans beans = new StateBeans(database, Fingerprint.seeded(1), Clock.systemUTC(), 10, false, 1)) {
            Links links = beans.bean(Links.class);
            LinkSettings settings = beans.sync().links().get(0);
            LinkSettings others = Configured.link("other", settings.target(), "user_id", settings.normalize());
            Settings known = beans.bean(Settings.class);
            SyncSettings other = Configured.sync("other", beans.sync().source(), "other.csv", List.of(others));
            RemoteLists lists = new RemoteLists(
                    beans.bean(JdbcClient.class),
                    beans.bean(TransactionOperations.class),
                    new Settings(
                            known.timeZone(),
                            known.sources(),
                            known.targets(),
                            Map.of(StateBeans.SYNC, beans.sync(), "other", other),
                            false,
                            false,
                            known.security(),
                            known.diffMemory()));
            Link one = links.stored(beans.sync(), settings);
            Link second = links.stored(other, others);
            beans.bean(JdbcTemplate.class).update("update link set token = 1");
            for (int i = 0; i < 100; i++) {
                String list = "c" + i;
                CyclicBarrier together = new CyclicBarrier(2);
                Future<Claim> mine = two.submit(() -> {
                    together.await();
                    return lists.claim(one, 1, list);
                });
                Future<Claim> theirs = two.submit(() -> {
                    together.await();
                    return lists.claim(second, 1, list);
                });
                assertThat(List.of(mine.get(), theirs.get()))
                        .isIn(
                                List.of(new Claim.Ours(), new Claim.Taken(one.name())),
                                List.of(new Claim.Taken(second.name()), new Claim.Ours()));
            }
        } finally {
            two.shutdownNow();
        }
    }
}
