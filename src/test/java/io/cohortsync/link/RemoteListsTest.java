package io.cohortsync.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.link.RemoteLists.Remote;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.testing.Database;
import io.cohortsync.testing.StateBeans;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;

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
            assertThat(lists.remember(link, 2, "c1")).isFalse();
            assertThat(lists.remember(link, 3, "c1")).isTrue();
            assertThat(lists.read(link)).isEqualTo(new Remote(Optional.of("c1"), Optional.empty()));

            // Nothing is acknowledged, so another configuration is just taken, and fills a list of its own.
            beans.bean(JdbcTemplate.class).update("update link set identity = '{}'");
            links.remember(beans.sync(), links.of(beans.sync()).get(0));
            assertThat(lists.read(link).id()).isEmpty();
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
            assertThat(lists.otherThatFills(link, "c1"))
                    .as("a sync that left the configuration fills nothing")
                    .isEmpty();

            jdbc.update("update link set remote_id = 'c1' where sync = ?", StateBeans.SYNC);
            assertThat(lists.otherThatFills(link, "c1")).as("itself").isEmpty();
        }
    }
}
