package io.cohortsync.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cohortsync.diff.LinkPlan;
import io.cohortsync.guard.Guard;
import io.cohortsync.link.LinkChanges;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.run.LinkEnds;
import io.cohortsync.run.Run;
import io.cohortsync.run.RunEnds;
import io.cohortsync.run.RunStore;
import io.cohortsync.run.RunView;
import io.cohortsync.run.Runs;
import io.cohortsync.snapshot.Comparison;
import io.cohortsync.snapshot.Comparisons;
import io.cohortsync.source.Chunk;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.Database;
import io.cohortsync.testing.StateBeans;
import java.net.SocketTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Each way a batch can end, as the state database remembers it. */
class DeliveriesTest {

    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final Map<Database, StateBeans> BEANS = new EnumMap<>(Database.class);

    private StateBeans beans;
    private Run run;
    private LinkDelivery delivery;

    @AfterAll
    static void close() {
        BEANS.values().forEach(StateBeans::close);
    }

    private void on(Database database) {
        beans = BEANS.computeIfAbsent(
                database,
                db -> new StateBeans(db, Fingerprint.seeded(3), Clock.fixed(NOW, ZoneOffset.UTC), 4, true, 1));
        for (String table : List.of("membership", "delivery", "dead_letter", "run_link", "run", "link")) {
            jdbc().update("delete from " + table);
        }
        jdbc().update("update sync set lease_until = timestamp with time zone '2000-01-01 00:00:00+00'");
    }

    private JdbcTemplate jdbc() {
        return beans.bean(JdbcTemplate.class);
    }

    private Deliveries deliveries() {
        return beans.bean(Deliveries.class);
    }

    private long link() {
        return delivery.link().id();
    }

    /** Begins a run with this snapshot, up to the first batch. */
    private Batch begin(String... snapshot) {
        run = beans.bean(Runs.class)
                .begin(StateBeans.SYNC, "manual", null)
                .run()
                .orElseThrow();
        Comparison comparison = beans.bean(Comparisons.class).ofRun(run);
        comparison
                .pass()
                .accept(Chunk.of(
                        1, Stream.of(snapshot).map(key -> new String[] {key}).toList()));
        List<LinkPlan> plans = comparison.pass().complete();
        beans.bean(Runs.class).passWall(run, plans);
        delivery = deliveries().open(run, beans.bean(Guard.class).check(run.sync(), plans.get(0)));
        return next();
    }

    private Batch next() {
        return delivery.lanes().stream()
                .filter(Iterator::hasNext)
                .map(Iterator::next)
                .findFirst()
                .orElse(null);
    }

    private RunView.TargetView end() {
        deliveries().end(delivery);
        beans.bean(LinkEnds.class).finish(run, delivery.link(), delivery.undone());
        beans.bean(RunEnds.class).finish(run);
        Books.assertBalanced(jdbc());
        return beans.bean(RunStore.class).find(run.id()).orElseThrow().targets().get(0);
    }

    private void synced(String... members) {
        for (Batch batch = begin(members); batch != null; batch = next()) {
            deliveries().doubt(batch);
            deliveries().accepted(batch, List.of());
        }
        end();
    }

    private List<String> inDoubt() {
        return beans.bean(DeliveryStore.class).doubts(link()).stream()
                .map(doubt -> doubt.key())
                .sorted()
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsAcceptedIsInDoubtUntilThen(Database database) {
        on(database);
        Batch batch = begin("ann", "ключ");
        deliveries().doubt(batch);
        assertThat(inDoubt()).containsExactly("ann", "ключ");
        assertThat(Books.acknowledged(jdbc())).isEmpty();

        deliveries().accepted(batch, null);
        deliveries().accepted(batch, null);
        assertThat(inDoubt()).isEmpty();
        assertThat(Books.acknowledged(jdbc())).containsExactly("ann", "ключ");
        assertThat(end().counts().accepted()).isEqualTo(2);

        synced("ann");
        assertThat(Books.acknowledged(jdbc())).containsExactly("ann");
    }

    @ParameterizedTest
    @EnumSource
    void whoIsRefusedWhenSentAgainStaysKnownAndIsNotSentOnceMore(Database database) {
        on(database);
        synced("ann");
        beans.bean(LinkChanges.class).resync(delivery.link());
        Batch batch = begin("ann");
        deliveries().doubt(batch);
        beans.bean(Attempts.class).note(batch, new RecordsRejectedException("no"));
        deliveries().deadLetter(batch);
        assertThat(end().counts().rejected()).isEqualTo(1);
        assertThat(Books.acknowledged(jdbc())).containsExactly("ann");

        assertThat(begin("ann")).isNull();
        assertThat(end().counts().same()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void whomTheTargetDoesNotKnowIsSetAside(Database database) {
        on(database);
        Batch batch = begin("ann", "bob", "123");
        deliveries().doubt(batch);
        deliveries().accepted(batch, List.of("bob", 123));
        assertThat(end().counts().unmatched()).isEqualTo(2);
        assertThat(Books.acknowledged(jdbc())).containsExactly("ann");
        MembershipStore members = beans.bean(MembershipStore.class);
        assertThat(members.settled(link(), NOW)).isEqualTo(2);

        synced("ann");
        assertThat(members.settled(link(), NOW)).isZero();
        assertThat(jdbc().queryForObject("select count(*) from membership", Integer.class))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void aRefusedBatchIsHalvedDownToItsDeadLetter(Database database) {
        on(database);
        Batch batch = begin("ann", "bad");
        deliveries().doubt(batch);
        refused(batch);
        deliveries().halve(batch);
        for (Batch half = next(); half != null; half = next()) {
            deliveries().doubt(half);
            if (half.changes().get(0).memberKey().equals("bad")) {
                refused(half);
                deliveries().deadLetter(half);
            } else {
                deliveries().accepted(half, List.of());
            }
        }
        assertThat(end().counts().rejected()).isEqualTo(1);
        assertThat(inDoubt()).isEmpty();
        DeadLetters letters = beans.bean(DeadLetters.class);
        List<DeadLetters.DeadLetter> listed =
                letters.list(Optional.of(StateBeans.SYNC), Optional.empty(), Optional.empty(), 10);
        assertThat(listed).hasSize(1);
        assertThat(listed.get(0).memberKey()).isEqualTo("bad");
        assertThat(listed.get(0).firstAt()).isEqualTo(NOW);
        assertThat(listed.get(0).nextTry()).isEqualTo(NOW.plus(Duration.ofHours(1)));
        assertThat(letters.count(link())).isEqualTo(1);

        Redrives redrives = beans.bean(Redrives.class);
        Redrive redrive =
                redrives.begin(new Redrives.Filter(Optional.empty(), Optional.empty(), Optional.empty()), 600);
        assertThat(redrive.due()).isEqualTo(1);
        assertThat(redrives.syncs()).containsExactly(StateBeans.SYNC);
        synced("ann", "bad");
        assertThat(redrives.syncs()).isEmpty();
        assertThat(redrives.find(redrive.id()).orElseThrow().accepted()).isEqualTo(1);
        assertThat(redrives.find(redrive.id()).orElseThrow().state()).isEqualTo("done");
        assertThat(Books.acknowledged(jdbc())).containsExactly("ann", "bad");
        assertThat(letters.count(link())).isZero();
        assertThat(letters.drop(listed.get(0).id())).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void aLaterAnswerEndsAnEarlierDoubt(Database database) {
        on(database);
        Batch lost = begin("ann", "bob", "cleo", "dora");
        deliveries().doubt(lost);
        beans.bean(Attempts.class).note(lost, new SocketTimeoutException("no answer"));
        deliveries().failed(lost);
        assertThat(end().counts().unknown()).isEqualTo(4);
        assertThat(inDoubt()).hasSize(4);

        Batch again = begin("ann", "bob", "cleo", "dora", "emil");
        deliveries().doubt(again);
        deliveries().accepted(again, List.of());
        assertThat(inDoubt()).hasSizeLessThanOrEqualTo(1);
        for (Batch batch = next(); batch != null; batch = next()) {
            deliveries().doubt(batch);
            deliveries().accepted(batch, List.of());
        }
        end();
        assertThat(inDoubt()).isEmpty();
        assertThat(Books.acknowledged(jdbc())).hasSize(5);
        assertThat(jdbc().queryForList("select outcome from delivery order by id", String.class))
                .startsWith("superseded");

        beans.bean(DeliveryStore.class).forgetBefore(NOW.plusSeconds(1));
        assertThat(jdbc().queryForObject("select count(*) from delivery", Integer.class))
                .isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aRunWhoseLeaseIsLostRecordsNothing(Database database) {
        on(database);
        Batch batch = begin("ann");
        deliveries().doubt(batch);
        jdbc().update("update link set token = token + 1");
        assertThatThrownBy(() -> deliveries().accepted(batch, List.of())).isInstanceOf(LeaseLostException.class);
        assertThat(inDoubt()).containsExactly("ann");
        assertThat(Books.acknowledged(jdbc())).isEmpty();
    }

    private void refused(Batch batch) {
        beans.bean(Attempts.class).note(batch, new RecordsRejectedException("refused"));
    }
}
