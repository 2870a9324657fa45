package io.cohortsync.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SegmentRequestsTest {

    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    private final SegmentRequests requests = new SegmentRequests(Clock.fixed(NOON, ZoneOffset.UTC), 100);

    @Test
    void olderBodiesAreLetGoOfFirst() {
        add(60);
        add(40);
        add(1);

        assertThat(requests.last(3))
                .extracting(received -> received.body().isPresent())
                .containsExactly(false, true, true);
        assertThat(requests.last(1)).extracting(SegmentRequests.Received::at).containsExactly(NOON);
    }

    @Test
    void olderRequestsAreForgottenButCounted() {
        for (int i = 0; i < SegmentRequests.REMEMBERED + 10; i++) {
            add(i);
        }

        assertThat(requests.last(SegmentRequests.REMEMBERED)).hasSize(SegmentRequests.REMEMBERED);
        assertThat(requests.last(SegmentRequests.REMEMBERED).get(0).line().bodySize())
                .isEqualTo(10);
        assertThat(requests.count()).isEqualTo(SegmentRequests.REMEMBERED + 10);
    }

    private void add(int size) {
        var line = new SegmentRequests.Line(
                "POST", "/v1/batch", Optional.empty(), Optional.empty(), Optional.empty(), size, 0, 200);
        requests.add(SegmentCall.BATCH, line, new byte[size], Optional.empty());
    }
}
