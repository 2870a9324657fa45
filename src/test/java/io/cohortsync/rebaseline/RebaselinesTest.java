package io.cohortsync.rebaseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cohortsync.delivery.Deliveries;
import io.cohortsync.delivery.DeliveryStore;
import io.cohortsync.delivery.LinkDelivery;
import io.cohortsync.diff.LinkPlan;
import io.cohortsync.guard.Guard;
import io.cohortsync.held.HeldPlans;
import io.cohortsync.link.Link;
import io.cohortsync.link.LinkChanges;
import io.cohortsync.link.Links;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.membership.Standing;
import io.cohortsync.run.LinkEnds;
import io.cohortsync.run.Run;
import io.cohortsync.run.RunEnds;
import io.cohortsync.run.Runs;
import io.cohortsync.snapshot.Comparison;
import io.cohortsync.snapshot.Comparisons;
import io.cohortsync.source.Chunk;
import io.cohortsync.source.IncompleteSnapshotException;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.Database;
import io.cohortsync.testing.FixedPlan;
import io.cohortsync.testing.StateBeans;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;

class RebaselinesTest {

    private static final Fingerprint FINGERPRINT = Fingerprint.seeded(1);

    private static Run begin(StateBeans beans) {
        return beans.bean(Runs.class).beginAlone(beans.sync()).run().orElseThrow();
    }

    private static List<LinkPlan> read(StateBeans beans, Run run, String... snapshot) {
        Comparison comparison = beans.bean(Comparisons.class).ofRun(run);
        comparison
                .pass()
                .accept(Chunk.of(
                        1, Stream.of(snapshot).map(key -> new String[] {key}).toList()));
        return comparison.pass().complete();
    }

    /** A run that sends these and hears nothing of them. */
    private static void leaveInDoubt(StateBeans beans, String... members) {
        Run run = begin(beans);
        List<LinkPlan> plans = read(beans, run, members);
        beans.bean(Runs.class).passWall(run, plans);
        Deliveries deliveries = beans.bean(Deliveries.class);
        LinkDelivery delivery = deliveries.open(run, beans.bean(Guard.class).check(run.sync(), plans.get(0)));
        deliveries.doubt(delivery.lanes().get(0).next());
        deliveries.end(delivery);
        beans.bean(LinkEnds.class).finish(run, delivery.link(), Optional.empty());
        beans.bean(RunEnds.class).finish(run);
    }

    private static Member member(String key, Standing standing, Optional<Instant> nextTry) {
        return new Member(FINGERPRINT.of(key), key, standing, 0, 1, nextTry);
    }

    @ParameterizedTest
    @EnumSource
    void theSnapshotIsTakenForWhatIsThereAndDoubtAndRefusalsAreSettledByIt(Database database) {
        try (StateBeans beans = new StateBeans(database, FINGERPRINT, Clock.systemUTC(), 10, true, 1)) {
            JdbcTemplate jdbc = beans.bean(JdbcTemplate.class);
            leaveInDoubt(beans, "doubtful in", "doubtful out");
            Link link = beans.bean(Links.class).of(beans.sync()).get(0);
            Instant past = Instant.now().minusSeconds(60);
            beans.bean(MembershipStore.class)
                    .insert(
                            link.id(),
                            List.of(
                                    member("ann", Standing.ACKNOWLEDGED, Optional.empty()),
                                    member("left", Standing.ACKNOWLEDGED, Optional.empty()),
                                    member("not let go", Standing.ACKNOWLEDGED, Optional.of(past)),
                                    member("due", Standing.UNMATCHED, Optional.of(past)),
                                    member(
                                            "refused",
                                            Standing.REJECTED,
                                            Optional.of(Instant.now().plusSeconds(60))),
                                    member("unwanted", Standing.REJECTED, Optional.of(past))),
                            past);
            jdbc.update("update link set acknowledged = 3");
            for (String key : List.of("refused", "unwanted", "not let go")) {
                jdbc.update(
                        "insert into dead_letter (link_id, fingerprint, member_key, direction, reason, words, attempts,"
                                + " first_at, last_at, next_try) values (?, ?, ?, 1, 'r', 'w', 1, current_timestamp,"
                                + " current_timestamp, current_timestamp)",
                        link.id(),
                        FINGERPRINT.of(key),
                        key);
            }
            beans.bean(LinkChanges.class).resync(link);
            String[] snapshot = {"ann", "not let go", "due", "refused", "doubtful in", "new", "new", ""};
            Rebaselines rebaselines = beans.bean(Rebaselines.class);
            Run run = begin(beans);

            List<LinkPlan> plans = read(beans, run, snapshot);
            assertThat(rebaselines.count(plans, List.of("target-1"))).isEqualTo(new Numbers(5, 2));
            assertThat(rebaselines.count(plans, List.of("other"))).isEqualTo(new Numbers(0, 0));
            assertThatThrownBy(() -> rebaselines.adopt(run, plans, 1)).isInstanceOf(OtherNumberException.class);
            assertThat(Books.acknowledged(jdbc)).containsExactly("ann", "left", "not let go");

            jdbc.update(
                    "insert into held_plan (link_id, id, enters, exits, why, run_id, held_at) values (?, 'p', 0, 2, 'w', 1,"
                            + " current_timestamp)",
                    link.id());
            rebaselines.adopt(run, read(beans, run, snapshot), 2);
            assertThat(beans.bean(HeldPlans.class).of(link.id())).isEmpty();
            beans.bean(RunEnds.class).finish(run);
            assertThat(Books.acknowledged(jdbc)).containsExactly("ann", "doubtful in", "due", "new", "not let go");
            assertThat(beans.bean(DeliveryStore.class).doubts(link.id())).isEmpty();
            assertThat(jdbc.queryForList("select outcome from delivery", String.class))
                    .containsExactly("rebaselined");
            assertThat(jdbc.queryForList("select member_key from dead_letter", String.class))
                    .containsExactly("refused");
            assertThat(jdbc.queryForMap(
                                    "select state, same, settled, enter, exit, accepted, duplicate, anonymous"
                                            + " from run_link where run_id = ?",
                                    run.id())
                            .values())
                    .hasToString("[succeeded, 5, 1, 0, 0, 0, 1, 1]");
            Books.assertBalanced(jdbc);

            LinkPlan next = read(beans, begin(beans), snapshot).get(0);
            assertThat(next.counts().enter() + next.counts().exit()).isZero();
            assertThat(next.link().exitEpoch()).isGreaterThan(link.exitEpoch());
        }
    }

    @ParameterizedTest
    @EnumSource(names = "H2")
    void nothingIsAdoptedWhereNothingMayBeSentOrWhereMostRecordsAreInvalid(Database database) {
        try (StateBeans beans = new StateBeans(database, FINGERPRINT, Clock.systemUTC(), 10, true, 1)) {
            Rebaselines rebaselines = beans.bean(Rebaselines.class);
            Run run = begin(beans);
            List<LinkPlan> held =
                    List.of(new FixedPlan(run.links().get(0).held("its list is gone"), List.of(), List.of()));
            assertThatThrownBy(() -> rebaselines.count(held, List.of("target-1")))
                    .isInstanceOf(NotAdoptableException.class)
                    .hasMessageContaining("its list is gone");
            assertThatThrownBy(() -> rebaselines.adopt(run, held, 0)).isInstanceOf(NotAdoptableException.class);

            List<LinkPlan> invalid = read(beans, run, "ann", "x".repeat(600), "y".repeat(600));
            assertThatThrownBy(() -> rebaselines.count(invalid, List.of("target-1")))
                    .isInstanceOf(IncompleteSnapshotException.class)
                    .hasMessageContaining("2 of 3 records are invalid");
            assertThatThrownBy(() -> rebaselines.adopt(run, invalid, 0))
                    .isInstanceOf(IncompleteSnapshotException.class);
        }
    }
}
