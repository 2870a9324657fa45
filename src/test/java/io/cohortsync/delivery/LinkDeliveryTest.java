package io.cohortsync.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.Normalize;
import io.cohortsync.config.TargetSettings;
import io.cohortsync.diff.PlannedChange;
import io.cohortsync.link.Link;
import io.cohortsync.membership.Standing;
import io.cohortsync.run.Outcome;
import io.cohortsync.testing.Configured;
import io.cohortsync.testing.FixedPlan;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LinkDeliveryTest {

    private static LinkDelivery delivery(boolean mixed, int enters, int exits) {
        TargetSettings target = new TargetSettings(
                "web", "segment", true, new TreeMap<>(), Map.of(), 10, 3, mixed, OptionalInt.empty());
        LinkSettings settings = Configured.link("vip", target, "user_id", Normalize.NONE);
        Link link = new Link(1, settings, "vip", 0, 0, 0, Optional.empty(), true, OptionalLong.empty());
        return new LinkDelivery(
                null,
                new FixedPlan(link, changes(enters, true), changes(exits, false)).cleared(),
                null,
                new SupersededDoubt(List.of()));
    }

    private static List<PlannedChange> changes(int number, boolean enter) {
        return IntStream.range(0, number)
                .mapToObj(i -> new PlannedChange(enter + "-" + i, i, enter, Standing.NONE, "base"))
                .toList();
    }

    private static List<Batch> drain(LinkDelivery delivery) {
        List<Batch> batches = new ArrayList<>();
        delivery.lanes().forEach(lane -> lane.forEachRemaining(batches::add));
        return batches;
    }

    @Test
    void entersGoBeforeExitsAndShareABatchOnlyWhereThatIsMixed() {
        assertThat(drain(delivery(true, 15, 12)))
                .extracting(Batch::size, Batch::enters)
                .containsExactly(tuple(10, 10L), tuple(10, 5L), tuple(7, 0L));
        assertThat(drain(delivery(false, 15, 12)))
                .extracting(Batch::size, Batch::enters)
                .containsExactly(tuple(10, 10L), tuple(5, 5L), tuple(10, 0L), tuple(2, 0L));
    }

    private static org.assertj.core.groups.Tuple tuple(Object... values) {
        return org.assertj.core.api.Assertions.tuple(values);
    }

    @Test
    void aLaneThatHasEndedGivesNothingMoreEvenIfABatchComesBackInHalves() {
        LinkDelivery delivery = delivery(true, 10, 0);
        Iterator<Batch> lane = delivery.lanes().get(0);
        Batch batch = lane.next();
        assertThat(lane.hasNext()).isFalse();
        delivery.giveBack(batch.halves());

        assertThat(lane.hasNext()).isFalse();
        assertThat(delivery.isMore()).isTrue();
        assertThat(drain(delivery)).extracting(Batch::size).containsExactly(5, 5);
        assertThat(delivery.isMore()).isFalse();
    }

    @Test
    void threeBatchesInARowThatWereGivenUpEndTheLinksPartOfTheRun() {
        LinkDelivery delivery = delivery(true, 100, 0);
        delivery.exhausted("HTTP 503");
        delivery.exhausted("HTTP 503");
        delivery.accepted(10);
        delivery.exhausted("HTTP 503");
        delivery.exhausted("HTTP 503");
        assertThat(delivery.isMore()).isTrue();
        delivery.exhausted("HTTP 503");

        assertThat(delivery.isMore()).isFalse();
        assertThat(delivery.rest()).isEqualTo(Outcome.FAILED);
        assertThat(delivery.undone().orElseThrow()).contains("HTTP 503");
    }

    @Test
    void refusalsAreAWrongConfigurationOnlyAboveTwentyAndAboveATenth() {
        LinkDelivery delivery = delivery(true, 0, 0);
        IntStream.range(0, 20).forEach(i -> delivery.rejected());
        assertThat(delivery.isRefusedThroughout()).isFalse();
        delivery.rejected();
        assertThat(delivery.isRefusedThroughout()).isTrue();
        delivery.accepted(189);
        assertThat(delivery.isRefusedThroughout()).isFalse();
        delivery.rejected();
        assertThat(delivery.isRefusedThroughout()).isTrue();
        assertThat(delivery.refusals()).isEqualTo("22 of the first 211 changes were refused");
    }
}
