package io.cohortsync.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SegmentWorldTest {

    private final SegmentWorld world = new SegmentWorld(3);

    @Test
    void onlyTheLastMessageIdsAreRemembered() {
        world.take(List.of(identify("1", "u1"), identify("2", "u1"), identify("3", "u1"), identify("3", "u1")));
        assertThat(world.counts().duplicates()).isEqualTo(1);

        world.take(List.of(identify("4", "u1"), identify("2", "u1"), identify("1", "u1")));
        assertThat(world.counts().duplicates()).isEqualTo(2);
        assertThat(world.counts().applied()).isEqualTo(5);
    }

    @Test
    void tooManyEventsOfOneCallAreAllRejected() {
        world.take(IntStream.rangeClosed(0, SegmentLimits.BATCH_EVENTS)
                .mapToObj(i -> identify("m" + i, "u" + i))
                .toList());

        assertThat(world.counts().oversized()).isEqualTo(SegmentLimits.BATCH_EVENTS + 1);
        assertThat(world.counts().users()).isZero();
    }

    @Test
    void whatWasReadStaysAsItWas() {
        world.take(List.of(identify("1", "u1")));
        var before = world.traitsOf("u1").orElseThrow();
        world.forget();

        assertThat(before).containsOnlyKeys("t");
        assertThat(world.traitsOf("u1")).isEmpty();
    }

    private static SegmentEvent identify(String messageId, String userId) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        fields.put("type", "identify").put("messageId", messageId).put("userId", userId);
        fields.putObject("traits").set("t", BooleanNode.TRUE);
        return new SegmentEvent(fields);
    }
}
