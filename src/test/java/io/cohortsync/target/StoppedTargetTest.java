package io.cohortsync.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.SegmentServer.Answer;
import io.cohortsync.testing.Trial;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoppedTargetTest {

    private final SegmentServer segment = new SegmentServer();

    @AfterEach
    void stop() {
        segment.close();
    }

    @Test
    void aStoppedTargetIsTriedAgainAfterARestartOnlyUnderAnotherConfiguration(@TempDir Path home) {
        segment.behave(request -> Answer.status(403));
        Trial first = new Trial(home).segment("shut", segment.url()).sync("vip", "[ shut ]");
        first.cohort("vip", List.of("ann"));
        try (Trial started = first.start()) {
            assertThat(started.runLink("vip").path("waiting").asLong()).isEqualTo(1);
        }
        segment.behaveWell();
        segment.forgetRequests();
        try (Trial same = new Trial(home)
                .segment("shut", segment.url())
                .sync("vip", "[ shut ]")
                .start()) {
            assertThat(same.runLink("vip").path("waiting").asLong()).isEqualTo(1);
            assertThat(segment.requests()).isEmpty();
        }
        Trial changed = new Trial(home)
                .target("shut", "type: segment, write-key: another, base-url: \"" + segment.url() + "\"")
                .sync("vip", "[ shut ]");
        try (Trial started = changed.start()) {
            assertThat(started.runLink("vip").path("accepted").asLong()).isEqualTo(1);
        }
        assertThat(segment.requests()).hasSize(1);
        assertThat(segment.requests().get(0).headers()).containsEntry("Authorization", "Basic YW5vdGhlcjo=");
    }
}
