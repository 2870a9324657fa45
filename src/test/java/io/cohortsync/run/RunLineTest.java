package io.cohortsync.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.Trial;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The one line that a run says of a link. */
@ExtendWith(OutputCaptureExtension.class)
class RunLineTest {

    @Test
    void whoIsHeldIsStillToLeaveAndHasNotLeft(@TempDir Path folder, CapturedOutput output) {
        try (SegmentServer segment = new SegmentServer();
                Trial trial = new Trial(folder)
                        .segment("web", segment.url())
                        .sync("vip", "[ web ]", "guard: { max-exits: 0, min-exits: 0 }")
                        .start()) {
            trial.cohort("vip", List.of("ann", "bob"));
            trial.run("vip");
            trial.cohort("vip", List.of("ann", "cleo"));
            JsonNode link = trial.runLink("vip");

            assertThat(link.path("held").asLong()).isEqualTo(1);
            assertThat(segment.members("vip")).containsExactly("ann", "bob", "cleo");
            String line = output.getAll()
                    .lines()
                    .filter(text -> text.contains("vip → web"))
                    .reduce((first, second) -> second)
                    .orElseThrow();
            assertThat(line)
                    .contains("read 2, to enter 1, to leave 1, accepted 1, drift 1,", ", held 1", "; 1 exits held")
                    .doesNotContain("left");
        }
    }
}
