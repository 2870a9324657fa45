package io.cohortsync.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cohortsync.member.Fingerprint;
import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.state.StoredTime;
import io.cohortsync.testing.Database;
import io.cohortsync.testing.StateBeans;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TimeZone;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionOperations;

class MembershipStoreTest {

    private static final Map<Database, StateBeans> BEANS = new EnumMap<>(Database.class);
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00.123456Z");
    private static final long LINK = 7;
    private static final long OTHER = 8;
    private static final Optional<Instant> NEVER = Optional.empty();
    private static final Optional<Instant> LATER = Optional.of(NOW.plus(Duration.ofHours(1)));

    @AfterAll
    static void close() {
        BEANS.values().forEach(StateBeans::close);
    }

    private static StateBeans beans(Database database) {
        return BEANS.computeIfAbsent(
                database, on -> new StateBeans(on, Fingerprint.seeded(1), Clock.systemUTC(), 10, true, 1));
    }

    private static MembershipStore emptied(Database database) {
        beans(database).bean(JdbcTemplate.class).update("delete from membership");
        beans(database).bean(JdbcTemplate.class).update("delete from dead_letter");
        // So many are said to be acknowledged that they are read in several blocks.
        beans(database).bean(JdbcTemplate.class).update("delete from link where id = ?", LINK);
        beans(database)
                .bean(JdbcTemplate.class)
                .update("insert into link (id, sync, target, acknowledged) values (?, 'read', 'me', 1000000)", LINK);
        return beans(database).bean(MembershipStore.class);
    }

    private static Member member(long fingerprint, String key, Standing standing, Optional<Instant> nextTry) {
        return new Member(fingerprint, key, standing, 4, nextTry.isPresent() ? 2 : 0, nextTry);
    }

    private static Member acknowledged(long fingerprint) {
        return member(fingerprint, "key-" + fingerprint, Standing.ACKNOWLEDGED, NEVER);
    }

    private static List<Long> acknowledged(MembershipStore store, long from, long to) {
        List<Long> prints = new ArrayList<>();
        store.acknowledged(LINK, from, to, prints::add);
        return prints.stream().sorted().toList();
    }

    private static List<Long> acknowledged(MembershipStore store) {
        return acknowledged(store, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private static List<String> turnedDown(MembershipStore store, long from, long to) {
        List<String> rows = new ArrayList<>();
        store.turnedDown(
                LINK,
                from,
                to,
                (print, standing, millis) -> rows.add(print + " " + standing + " " + millis + " " + (millis != 0)));
        return rows;
    }

    private static List<String> turnedDown(MembershipStore store) {
        return turnedDown(store, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsStoredIsFound(Database database) {
        MembershipStore store = emptied(database);
        List<Member> members = List.of(
                member(Long.MIN_VALUE, "ключ", Standing.ACKNOWLEDGED, NEVER),
                member(-1, "a \"quoted\", {comma}\\back'slash", Standing.ACKNOWLEDGED, LATER),
                member(0, "NULL", Standing.UNMATCHED, LATER),
                member(Long.MAX_VALUE, "😀".repeat(128), Standing.REJECTED, NEVER));
        store.insert(LINK, members, NOW);
        store.insert(OTHER, members.subList(0, 1), NOW);
        store.insert(LINK, List.of(), NOW);

        assertThat(store.find(LINK, List.of(Long.MIN_VALUE, -1L, 0L, 5L, Long.MAX_VALUE)))
                .isEqualTo(members);
        assertThat(store.find(LINK, List.of())).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aMemberIsStoredOnce(Database database) {
        MembershipStore store = emptied(database);
        store.insert(LINK, List.of(acknowledged(1)), NOW);
        assertThatThrownBy(() -> store.insert(LINK, List.of(acknowledged(0), acknowledged(1)), NOW))
                .isInstanceOf(DuplicateKeyException.class);
    }

    @ParameterizedTest
    @EnumSource
    void aChangeOfAMemberIsOneOfItsLinkAndItsKey(Database database) {
        MembershipStore store = emptied(database);
        Member ann = member(1, "ann", Standing.ACKNOWLEDGED, NEVER);
        Member bob = member(1, "bob", Standing.ACKNOWLEDGED, NEVER);
        store.insert(LINK, List.of(ann, bob), NOW);
        store.insert(OTHER, List.of(ann), NOW);

        Member refused = new Member(1, "ann", Standing.REJECTED, 9, 3, LATER);
        store.update(LINK, List.of(refused), NOW);
        store.update(LINK, List.of(), NOW);
        assertThat(store.find(LINK, List.of(1L))).containsExactlyInAnyOrder(refused, bob);
        assertThat(store.find(OTHER, List.of(1L))).containsExactly(ann);

        store.delete(LINK, List.of(bob));
        store.delete(LINK, List.of());
        assertThat(store.find(LINK, List.of(1L))).containsExactly(refused);
        assertThat(store.find(OTHER, List.of(1L))).containsExactly(ann);
    }

    @ParameterizedTest
    @EnumSource
    void everyMemberIsEitherAmongTheAcknowledgedOrAmongThoseTurnedDown(Database database) {
        MembershipStore store = emptied(database);
        long later = LATER.orElseThrow().toEpochMilli();
        store.insert(
                LINK,
                List.of(
                        acknowledged(-5),
                        member(3, "ann", Standing.ACKNOWLEDGED, NEVER),
                        member(3, "bob", Standing.ACKNOWLEDGED, LATER),
                        member(3, "cleo", Standing.ACKNOWLEDGED, NEVER),
                        member(4, "dora", Standing.UNMATCHED, LATER),
                        member(5, "emil", Standing.REJECTED, NEVER)),
                NOW);
        store.insert(OTHER, List.of(acknowledged(6), member(7, "fred", Standing.UNMATCHED, LATER)), NOW);

        assertThat(acknowledged(store)).containsExactly(-5L, 3L, 3L);
        assertThat(turnedDown(store))
                .containsExactly(
                        "3 ACKNOWLEDGED " + later + " true", "4 UNMATCHED " + later + " true", "5 REJECTED 0 false");
        assertThat(acknowledged(store, -5, 2)).containsExactly(-5L);
        assertThat(acknowledged(store, -4, 3)).containsExactly(3L, 3L);
        assertThat(turnedDown(store, 4, 4)).containsExactly("4 UNMATCHED " + later + " true");

        store.keep(LINK, List.of(member(3, "bob", Standing.ACKNOWLEDGED, NEVER)));
        store.update(
                LINK,
                List.of(member(4, "dora", Standing.ACKNOWLEDGED, NEVER), member(3, "ann", Standing.REJECTED, LATER)),
                NOW);
        store.delete(LINK, List.of(member(5, "emil", Standing.REJECTED, NEVER)));
        assertThat(acknowledged(store)).containsExactly(-5L, 3L, 3L, 4L);
        assertThat(turnedDown(store)).containsExactly("3 REJECTED " + later + " true");
        assertThat(store.find(LINK, List.of(3L))).contains(new Member(3, "bob", Standing.ACKNOWLEDGED, 4, 0, NEVER));
    }

    /** More than are read at once, so many keys on each fingerprint that some are read in two parts. */
    @ParameterizedTest
    @EnumSource
    void manyMembersAreReadWhole(Database database) {
        MembershipStore store = emptied(database);
        List<Member> members = new ArrayList<>();
        List<Long> taken = new ArrayList<>();
        List<Long> not = new ArrayList<>();
        for (int i = 0; i < 66_000; i++) {
            long print = (i / 7 - 4_000) * 1_000_000_000_000_000L;
            boolean turnedDown = i % 3 == 0;
            members.add(member(print, "key-" + i, Standing.ACKNOWLEDGED, turnedDown ? LATER : NEVER));
            (turnedDown ? not : taken).add(print);
        }
        store.insert(LINK, members, NOW);

        assertThat(acknowledged(store)).isEqualTo(taken);
        List<Long> read = new ArrayList<>();
        store.turnedDown(LINK, Long.MIN_VALUE, Long.MAX_VALUE, (print, s, millis) -> read.add(print));
        assertThat(read).isEqualTo(not);
        assertThat(store.settled(LINK, NOW)).isEqualTo(not.size());
    }

    @ParameterizedTest
    @EnumSource
    void theLeastAndTheGreatestFingerprintAreReadToo(Database database) {
        MembershipStore store = emptied(database);
        // As many as are read at once, so that the greatest fingerprint ends a page.
        store.insert(
                LINK,
                IntStream.range(0, 20_000)
                        .mapToObj(i -> member(Long.MAX_VALUE, "key-" + i, Standing.ACKNOWLEDGED, NEVER))
                        .toList(),
                NOW);
        assertThat(acknowledged(store)).hasSize(20_000).containsOnly(Long.MAX_VALUE);
        assertThat(acknowledged(store, Long.MIN_VALUE, Long.MAX_VALUE - 1)).isEmpty();
        store.insert(
                LINK,
                LongStream.of(Long.MIN_VALUE)
                        .mapToObj(MembershipStoreTest::acknowledged)
                        .toList(),
                NOW);
        assertThat(acknowledged(store)).hasSize(20_001);
    }

    @ParameterizedTest
    @EnumSource
    void fingerprintsAreReadWithinTheCallersTransactionToo(Database database) {
        MembershipStore store = emptied(database);
        List<Long> read = new ArrayList<>();
        beans(database).bean(TransactionOperations.class).executeWithoutResult(tx -> {
            store.insert(LINK, List.of(acknowledged(1), member(2, "bob", Standing.UNMATCHED, LATER)), NOW);
            store.acknowledged(LINK, Long.MIN_VALUE, Long.MAX_VALUE, read::add);
            store.turnedDown(LINK, Long.MIN_VALUE, Long.MAX_VALUE, (print, s, millis) -> read.add(print));
            tx.setRollbackOnly();
        });
        assertThat(read).containsExactly(1L, 2L);
        assertThat(acknowledged(store)).isEmpty();
        assertThat(turnedDown(store)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aReaderThatBreaksOffLeavesTheConnectionUsable(Database database) {
        MembershipStore store = emptied(database);
        store.insert(
                LINK,
                LongStream.range(0, 5_000)
                        .mapToObj(MembershipStoreTest::acknowledged)
                        .toList(),
                NOW);
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> store.acknowledged(LINK, 0, 5_000, print -> {
                        throw new IllegalStateException("enough");
                    }))
                    .hasMessageContaining("enough");
        }
        assertThat(acknowledged(store)).hasSize(5_000);
    }

    @ParameterizedTest
    @EnumSource
    void whoIsSettledFallsDueOrIsRedriven(Database database) {
        MembershipStore store = emptied(database);
        Instant after = LATER.orElseThrow();
        store.insert(
                LINK,
                List.of(
                        acknowledged(1),
                        member(2, "bob", Standing.UNMATCHED, LATER),
                        member(3, "cleo", Standing.REJECTED, Optional.of(NOW.plusSeconds(60))),
                        member(4, "dora", Standing.ACKNOWLEDGED, LATER)),
                NOW);
        assertThat(store.settled(LINK, NOW)).isEqualTo(3);
        assertThat(store.settled(LINK, NOW.plusSeconds(60))).isEqualTo(2);
        assertThat(store.settled(OTHER, NOW)).isZero();
        assertThat(store.fallenDue(LINK, NOW, NOW.plusSeconds(59))).isZero();
        assertThat(store.fallenDue(LINK, NOW, NOW.plusSeconds(60))).isEqualTo(1);
        assertThat(store.fallenDue(LINK, NOW.plusSeconds(60), after)).isEqualTo(2);

        deadLetter(database, 3, "cleo", NOW);
        deadLetter(database, 4, "dora", NOW.plusSeconds(1));
        store.redrive(LINK, NOW);
        assertThat(store.settled(LINK, NOW)).isEqualTo(2);
        deadLetter(database, 4, "dora", NOW);
        store.redrive(LINK, NOW);
        assertThat(store.settled(LINK, NOW)).isEqualTo(1);
        assertThat(store.find(LINK, List.of(3L, 4L))).allMatch(m -> m.nextTry().equals(Optional.of(NOW)));
        assertThat(turnedDown(store))
                .contains(
                        "3 REJECTED " + NOW.toEpochMilli() + " true", "4 ACKNOWLEDGED " + NOW.toEpochMilli() + " true");
    }

    private static void deadLetter(Database database, long print, String key, Instant nextTry) {
        JdbcTemplate jdbc = beans(database).bean(JdbcTemplate.class);
        jdbc.update("delete from dead_letter where link_id = ? and member_key = ?", LINK, key);
        jdbc.update(
                "insert into dead_letter (link_id, fingerprint, member_key, direction, reason, words, attempts, first_at,"
                        + " last_at, next_try) values (?, ?, ?, 1, 'HTTP 400', '', 1, current_timestamp, current_timestamp, ?)",
                LINK,
                print,
                key,
                StoredTime.of(nextTry));
    }

    /** The last local hour of summer comes twice; each of them is another time. */
    @ParameterizedTest
    @EnumSource
    void timesInTheHourThatIsRepeatedWhenClocksArePutBackStayApart(Database database) {
        TimeZone before = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("Europe/Berlin"));
            MembershipStore store = emptied(database);
            Instant summer = Instant.parse("2026-10-25T00:30:00Z");
            Instant winter = Instant.parse("2026-10-25T01:30:00Z");
            store.insert(
                    LINK,
                    List.of(
                            member(1, "ann", Standing.UNMATCHED, Optional.of(summer)),
                            member(2, "bob", Standing.UNMATCHED, Optional.of(winter))),
                    NOW);
            assertThat(store.find(LINK, List.of(1L, 2L)))
                    .extracting(Member::nextTry)
                    .containsExactly(Optional.of(summer), Optional.of(winter));
            assertThat(store.settled(LINK, summer)).isEqualTo(1);
            assertThat(store.fallenDue(LINK, summer, winter)).isEqualTo(1);
        } finally {
            TimeZone.setDefault(before);
        }
    }

    @ParameterizedTest
    @EnumSource
    void thoseTurnedDownAreFoundWithoutALookAtAllOthers(Database database) {
        MembershipStore store = emptied(database);
        store.insert(
                LINK,
                LongStream.range(0, 20_000)
                        .mapToObj(MembershipStoreTest::acknowledged)
                        .toList(),
                NOW);
        store.insert(LINK, List.of(member(30_000, "zoe", Standing.UNMATCHED, LATER)), NOW);
        JdbcTemplate jdbc = beans(database).bean(JdbcTemplate.class);
        jdbc.execute("analyze");
        String table = database == Database.H2 ? "turned_down" : "membership";
        List<String> counting = jdbc.queryForList(
                "explain select count(*) from " + table
                        + " where link_id = 7 and next_try > timestamp with time zone '2026-03-01 00:00:00Z'",
                String.class);
        assertThat(String.join("\n", counting).toLowerCase())
                .contains(database == Database.H2 ? "turned_down" : "membership_turned_down");
    }
}
