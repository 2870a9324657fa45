package io.cohortsync.readback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cohortsync.delivery.LeaseLostException;
import io.cohortsync.delivery.SentBatches;
import io.cohortsync.link.Link;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.membership.Standing;
import io.cohortsync.run.Run;
import io.cohortsync.run.RunEnds;
import io.cohortsync.run.Runs;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.Database;
import io.cohortsync.testing.StateBeans;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** What the state database holds after a reading back. */
class ReadBacksTest {

    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final Fingerprint FINGERPRINT = Fingerprint.seeded(3);

    private static StateBeans on(Database database) {
        return new StateBeans(database, FINGERPRINT, Clock.fixed(NOW, ZoneOffset.UTC), 1_000, false, 1);
    }

    private static Run run(StateBeans beans) {
        return beans.bean(Runs.class)
                .begin(StateBeans.SYNC, "manual", null)
                .run()
                .orElseThrow();
    }

    private static void acknowledged(StateBeans beans, Run run, Instant since, List<String> keys) {
        Link link = run.links().get(0);
        List<Member> members = keys.stream()
                .map(key -> new Member(FINGERPRINT.of(key), key, Standing.ACKNOWLEDGED, run.id(), 0, Optional.empty()))
                .toList();
        beans.bean(MembershipStore.class).insert(link.id(), members, since);
        jdbc(beans).update("update link set acknowledged = acknowledged + ?", keys.size());
    }

    private static JdbcTemplate jdbc(StateBeans beans) {
        return beans.bean(JdbcTemplate.class);
    }

    private static long version(StateBeans beans) {
        return jdbc(beans).queryForObject("select version from link", Long.class);
    }

    @ParameterizedTest
    @EnumSource
    void whoIsMissingBecomesUnmatchedAndTheRunSeesIt(Database database) {
        try (StateBeans beans = on(database)) {
            Run run = run(beans);
            List<String> people =
                    IntStream.range(0, 2_500).mapToObj(i -> "P-" + i).toList();
            acknowledged(beans, run, NOW.minus(Duration.ofHours(1)), people);
            acknowledged(beans, run, NOW.minus(Duration.ofMinutes(1)), List.of("added-a-moment-ago"));
            ReadBacks readBacks = beans.bean(ReadBacks.class);
            long before = version(beans);

            ReadBack readBack = readBacks.begin(run.links().get(0), key -> key.toLowerCase(Locale.ROOT));
            people.stream().skip(1_200).forEach(readBack::there);
            readBack.there("a-stranger");
            readBacks.complete(run, readBack);

            assertThat(Books.acknowledged(jdbc(beans))).hasSize(1_301).contains("added-a-moment-ago", "P-1200");
            assertThat(jdbc(beans)
                            .queryForObject(
                                    "select count(*) from membership where state <> 1 and tries = 1 and next_try = ?",
                                    Long.class,
                                    NOW.plus(Duration.ofHours(1)).atOffset(ZoneOffset.UTC)))
                    .isEqualTo(1_200);
            assertThat(version(beans)).isGreaterThan(before);
            Link after = readBacks.after(run).links().get(0);
            assertThat(after.version()).isEqualTo(version(beans));
            assertThat(after.acknowledged()).isEqualTo(1_301);
            beans.bean(RunEnds.class).fail(run, new IllegalStateException("nothing more to see"));
            beans.bean(RunEnds.class).finish(run);
            Books.assertBalanced(jdbc(beans));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsThereIsComparedWithWhatIsAcknowledgedAndWhoIsMissingIsDueOnlyIfSentAgain(Database database) {
        try (StateBeans beans = on(database)) {
            Run run = run(beans);
            Link link = run.links().get(0);
            acknowledged(beans, run, NOW.minus(Duration.ofHours(1)), people(0, 2_500));
            acknowledged(beans, run, NOW.minus(Duration.ofMinutes(1)), List.of("added-just-now", "added-and-there"));
            refusedRemoval(beans, run, "STAYS", "gone");
            left(beans, link, Duration.ofMinutes(1), "left-just-now", "left-and-gone");
            left(beans, link, Duration.ofHours(1), "left-long-ago");
            inDoubt(beans, link, "P-1", "doubted-enter");
            ReadBacks readBacks = beans.bean(ReadBacks.class);
            ReadBack readBack = readBacks.begin(link, key -> key.toLowerCase(Locale.ROOT));
            readBacks.there(readBack, people(1_200, 2_500));
            readBacks.there(readBack, List.of("p-1200", "added-and-there", "stays", "left-just-now", "left-long-ago"));
            readBacks.there(readBack, List.of("doubted-enter", "a-stranger"));
            long before = version(beans);

            Difference found = readBacks.compare(readBack);
            assertThat(found.there()).isEqualTo(1_306);
            assertThat(found.missing()).as("1,200 but for the one in doubt").isEqualTo(1_199);
            assertThat(found.extra()).as("left-long-ago, a-stranger").isEqualTo(2);
            assertThat(found.unknownSettling())
                    .as("added-just-now, left-just-now, P-1, doubted-enter")
                    .isEqualTo(4);
            assertThat(found.sampleMissing())
                    .hasSize(10)
                    .allMatch(people(0, 1_200)::contains)
                    .doesNotContain("P-1");
            assertThat(version(beans)).isEqualTo(before);

            assertThat(readBacks.sendAgain(run.lease(), readBack)).isEqualTo(found);
            assertThat(Books.acknowledged(jdbc(beans)))
                    .hasSize(1_305)
                    .contains("P-1", "P-1200")
                    .doesNotContain("P-0");
            assertThat(jdbc(beans)
                            .queryForObject(
                                    "select count(*) from membership where state = 2 and tries = 0 and next_try = ?",
                                    Long.class,
                                    NOW.atOffset(ZoneOffset.UTC)))
                    .isEqualTo(1_199);
            Link after = readBacks.after(run).links().get(0);
            assertThat(after.acknowledged()).isEqualTo(1_305);
            assertThat(after.exitEpoch())
                    .as("sent again, they are new messages")
                    .isGreaterThan(link.exitEpoch());
            assertThat(readBacks.compare(readBack).missing()).isZero();
        }
    }

    private static List<String> people(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "P-" + i).toList();
    }

    private static void refusedRemoval(StateBeans beans, Run run, String... keys) {
        Link link = run.links().get(0);
        List<Member> members = Stream.of(keys)
                .map(key -> new Member(
                        FINGERPRINT.of(key),
                        key,
                        Standing.ACKNOWLEDGED,
                        run.id(),
                        1,
                        Optional.of(NOW.plus(Duration.ofDays(1)))))
                .toList();
        beans.bean(MembershipStore.class).insert(link.id(), members, NOW.minus(Duration.ofHours(1)));
        jdbc(beans).update("update link set acknowledged = acknowledged + ?", keys.length);
    }

    private static void left(StateBeans beans, Link link, Duration ago, String... keys) {
        long delivery = open(beans, link, ago, false, keys);
        jdbc(beans).update("update delivery set closed_at = sent_at, outcome = 'accepted' where id = ?", delivery);
    }

    private static void inDoubt(StateBeans beans, Link link, String... keys) {
        open(beans, link, Duration.ofHours(1), true, keys);
    }

    private static long open(StateBeans beans, Link link, Duration ago, boolean enter, String... keys) {
        return SentBatches.open(beans, link, NOW.minus(ago), enter, List.of(keys));
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsWrittenOnceAnotherNodeRunsTheSync(Database database) {
        try (StateBeans beans = on(database)) {
            Run run = run(beans);
            acknowledged(beans, run, NOW.minus(Duration.ofHours(1)), List.of("ann"));
            jdbc(beans).update("update link set token = token + 1");
            ReadBacks readBacks = beans.bean(ReadBacks.class);
            ReadBack readBack = readBacks.begin(run.links().get(0), UnaryOperator.identity());

            assertThatThrownBy(() -> readBacks.complete(run, readBack)).isInstanceOf(LeaseLostException.class);
            assertThat(Books.acknowledged(jdbc(beans))).containsExactly("ann");
            assertThat(jdbc(beans).queryForObject("select count(*) from link where read_back_at is null", Long.class))
                    .isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void itIsDueOnceADayAndOnceWhatWasSentHadTimeToArrive(Database database) {
        try (StateBeans beans = on(database)) {
            Run run = run(beans);
            Link link = run.links().get(0);
            acknowledged(beans, run, NOW.minus(Duration.ofHours(1)), List.of("ann"));
            assertThat(due(beans, link)).as("no list is known").isFalse();

            jdbc(beans).update("update link set remote_id = '7'");
            assertThat(due(beans, link)).as("never read back").isTrue();
            delivered(beans, link, Duration.ofMinutes(1));
            assertThat(due(beans, link)).as("all of it was sent a minute ago").isFalse();
            delivered(beans, link, Duration.ofMinutes(10));
            assertThat(due(beans, link)).as("some was sent before").isTrue();

            beans.bean(ReadBackStore.class).done(run.lease(), link, NOW.minus(Duration.ofHours(23)));
            assertThat(due(beans, link)).as("23 hours later").isFalse();
            beans.bean(ReadBackStore.class).done(run.lease(), link, NOW.minus(Duration.ofHours(24)));
            assertThat(due(beans, link)).as("a day later").isTrue();
        }
    }

    private static boolean due(StateBeans beans, Link link) {
        return beans.bean(ReadBackStore.class).isDue(link, NOW, Duration.ofDays(1), Differences.SETTLING);
    }

    private static void delivered(StateBeans beans, Link link, Duration ago) {
        jdbc(beans)
                .update(
                        "insert into delivery (link_id, run_id, members, exits, member_keys, sent_at, closed_at, outcome)"
                                + " values (?, 1, 1, 0, ?, ?, ?, 'accepted')",
                        link.id(),
                        new byte[0],
                        NOW.minus(ago).atOffset(ZoneOffset.UTC),
                        NOW.minus(ago).atOffset(ZoneOffset.UTC));
    }
}
