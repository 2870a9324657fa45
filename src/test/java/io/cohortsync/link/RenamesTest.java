package io.cohortsync.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.config.GuardSettings;
import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.OnRename;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.diff.ReadCounts;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.orphan.Orphan;
import io.cohortsync.orphan.Orphans;
import io.cohortsync.run.LinkEnds;
import io.cohortsync.run.Run;
import io.cohortsync.run.RunEnds;
import io.cohortsync.run.RunStore;
import io.cohortsync.run.Runs;
import io.cohortsync.run.SourceNews;
import io.cohortsync.source.Told;
import io.cohortsync.testing.Database;
import io.cohortsync.testing.StateBeans;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** What becomes of a link whose source gives its cohort another name. */
class RenamesTest {

    private static SyncSettings sync(StateBeans beans, OnRename onRename) {
        LinkSettings plain = beans.sync().links().get(0);
        LinkSettings link = new LinkSettings(
                StateBeans.SYNC,
                plain.target(),
                true,
                plain.memberKey(),
                plain.normalize(),
                onRename,
                true,
                Optional.of("in {name}"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        SyncSettings given = beans.sync();
        return new SyncSettings(
                given.name(),
                given.source(),
                given.cohort(),
                given.cohortId(),
                Optional.empty(),
                false,
                Optional.empty(),
                given.schedule(),
                true,
                List.of(link),
                given.guard());
    }

    /** A run that hears this name, and whose target takes so many. */
    private static Link run(StateBeans beans, SyncSettings sync, String name, long members) {
        Run run = begin(beans, sync);
        Run heard = beans.bean(SourceNews.class).heard(run, told(name));
        Link link = heard.links().get(0);
        beans.bean(Links.class).remember(sync, link);
        beans.bean(LinkVersions.class).raise(link.id(), run.lease().token(), members, false);
        beans.bean(RunEnds.class).finish(heard);
        return link;
    }

    private static Run begin(StateBeans beans, SyncSettings sync) {
        return beans.bean(Runs.class).beginAlone(sync).run().orElseThrow();
    }

    private static Told told(String name) {
        return new Told(Optional.of(name), OptionalLong.empty(), Optional.empty(), "");
    }

    /** A run that reads so many and has nothing left to send. */
    private static void succeed(StateBeans beans, SyncSettings sync, long members) {
        Run run = begin(beans, sync);
        Link link = run.links().get(0);
        beans.bean(Runs.class).passWall(run, Map.of(link, new ReadCounts(members, members, 0, 0, 0, 0, 0, 0)));
        beans.bean(LinkEnds.class).finish(run, link, Optional.empty());
        beans.bean(RunEnds.class).finish(run);
    }

    @ParameterizedTest
    @EnumSource
    void aPinnedLinkGoesOnUnderItsFormerNameAndSaysSo(Database database) {
        try (StateBeans beans = new StateBeans(database, Fingerprint.seeded(1), Clock.systemUTC(), 10, true, 1)) {
            SyncSettings sync = sync(beans, OnRename.PIN);
            run(beans, sync, "Trial", 0);
            Link first = run(beans, sync, "Trials", 3);
            assertThat(first.settings().trait()).as("nobody was there yet").contains("in Trials");
            Renames renames = beans.bean(Renames.class);
            assertThat(renames.pinned(first)).isEmpty();

            Link renamed = run(beans, sync, "Tests", 0);
            assertThat(renamed.id()).isEqualTo(first.id());
            assertThat(renamed.settings().trait()).contains("in Trials");
            assertThat(renames.pinned(renamed).orElseThrow()).contains("\"Tests\"", "\"Trials\"");

            assertThat(renames.pinned(run(beans, sync, "Trials", 0))).isEmpty();
            assertThat(beans.bean(JdbcTemplate.class).queryForObject("select count(*) from link", Integer.class))
                    .isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLinkThatMigratesBeginsAnewAndItsMembersAreRemovedUnderTheOldNameIfTheGuardLetsThem(Database database) {
        try (StateBeans beans = new StateBeans(database, Fingerprint.seeded(1), Clock.systemUTC(), 10, true, 1)) {
            // The sync's own guard is off.
            JdbcTemplate jdbc = beans.bean(JdbcTemplate.class);
            SyncSettings sync = sync(beans, OnRename.MIGRATE);
            Link first = run(beans, sync, "Trial", 3);
            Run inPlace = begin(beans, sync);
            assertThat(beans.bean(SourceNews.class)
                            .heardInPlace(inPlace, told("Test"))
                            .links()
                            .get(0)
                            .id())
                    .as("what is there is to be written down")
                    .isEqualTo(first.id());
            beans.bean(RunEnds.class).finish(inPlace);
            jdbc.update(
                    "insert into held_members (link_id, standing, direction, part, members, fingerprints)"
                            + " values (?, 'kept', -1, 0, 1, ?)",
                    first.id(),
                    new byte[8]);
            Link renamed = run(beans, sync, "Test", 2);
            assertThat(jdbc.queryForObject("select count(*) from held_members", Integer.class))
                    .isZero();
            assertThat(renamed.id()).isNotEqualTo(first.id());
            assertThat(renamed.settings().trait()).contains("in Test");
            assertThat(renamed.acknowledged()).isZero();

            Orphans orphans = beans.bean(Orphans.class);
            assertThat(orphans.toRemove()).as("they are nowhere else yet").isEmpty();
            assertThat(orphans.begin(first.id()).isBegun()).isFalse();
            Orphan early = orphans.find(first.id()).orElseThrow();
            assertThat(early.removal().orElseThrow()).startsWith("waits until vip");
            assertThat(early.plan()).isPresent();
            succeed(beans, sync, 0);
            RunStore history = beans.bean(RunStore.class);
            assertThat(history.hasFilled(renamed.id(), Instant.EPOCH, false))
                    .as("an empty snapshot puts them nowhere")
                    .isFalse();
            assertThat(history.hasFilled(renamed.id(), Instant.EPOCH, true)).isTrue();
            succeed(beans, sync, 2);
            assertThat(orphans.find(first.id()).orElseThrow().plan()).isEmpty();
            assertThat(orphans.toRemove()).containsExactly(first.id());
            Run removal = orphans.begin(first.id()).run().orElseThrow();
            Link leaving = removal.links().get(0);
            assertThat(leaving.settings().trait()).contains("in Trial");
            assertThat(leaving.acknowledged()).isEqualTo(3);
            assertThat(leaving.name()).isEqualTo(first.name());
            assertThat(orphans.toRemove()).as("it is under way").isEmpty();
            beans.bean(RunEnds.class).finish(removal);
            assertThat(orphans.toRemove())
                    .as("nothing was sent, so it is tried again, later")
                    .isEmpty();
            jdbc.update("delete from run where sync like 'vip~%'");
            assertThat(orphans.toRemove()).containsExactly(first.id());

            // A sync that left the configuration is guarded as one that says nothing of it.
            jdbc.update("update link set sync = 'gone~1', acknowledged = 100 where id = ?", first.id());
            jdbc.update("update sync set name = 'gone~1' where name like 'vip~%'");
            Run few = orphans.begin(first.id()).run().orElseThrow();
            assertThat(few.sync().guard()).as("it is asked once").isEqualTo(GuardSettings.off());
            beans.bean(RunEnds.class).finish(few);
            jdbc.update("delete from run where sync = 'gone~1'");
            jdbc.update("update link set acknowledged = 101 where id = ?", first.id());
            assertThat(orphans.toRemove()).isEmpty();
            assertThat(orphans.find(first.id()).orElseThrow().removal()).contains("waits for approval");
            orphans.remove(first.id(), true);
            assertThat(orphans.toRemove()).containsExactly(first.id());

            orphans.cancelled("gone~1");
            assertThat(orphans.toRemove()).isEmpty();
            assertThat(orphans.begin(first.id()).isBegun()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLinkDoesNotMigrateToWhereMembersOfBeforeAreStillToBeRemoved(Database database) {
        try (StateBeans beans = new StateBeans(database, Fingerprint.seeded(1), Clock.systemUTC(), 10, true, 1)) {
            SyncSettings sync = sync(beans, OnRename.MIGRATE);
            // As long as names are stored: the words of both are longer than what is stored of them.
            String before = "a".repeat(1_000);
            Link first = run(beans, sync, before, 3);
            Link renamed = run(beans, sync, "b".repeat(1_000), 2);
            assertThat(renamed.id()).isNotEqualTo(first.id());

            Link back = run(beans, sync, before, 0);
            assertThat(back.id()).isEqualTo(renamed.id());
            assertThat(beans.bean(Renames.class).pinned(back).orElseThrow()).endsWith("(GET /api/orphans)");

            beans.bean(JdbcTemplate.class).update("update link set acknowledged = 0 where id = ?", first.id());
            assertThat(run(beans, sync, before, 0).id()).isNotEqualTo(renamed.id());
        }
    }
}
