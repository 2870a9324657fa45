package io.cohortsync.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.schedule.Schedule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class CheckTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int check(String... args) {
        return Check.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                args);
    }

    private static String[] with(Path folder, String yaml) throws IOException {
        Path file = Files.writeString(folder.resolve("application.yaml"), yaml);
        return new String[] {"--check", "--spring.config.location=" + file.toUri()};
    }

    @Test
    void itIsAskedForOnTheCommandLine() {
        assertThat(Check.asked("--check")).isTrue();
        assertThat(Check.asked("--server.port=1", "--check", "--online")).isTrue();
        assertThat(Check.asked("--checks")).isFalse();
    }

    @Test
    void aValidConfigurationEndsWithZero(@TempDir Path folder) throws IOException {
        int exit = check(with(folder, """
                cohort-sync:
                  sources: { exports: { type: file, directory: cohorts } }
                """));

        assertThat(exit).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualToIgnoringNewLines("The configuration is valid: 0 syncs, 1 source, 0 targets.");
    }

    @Test
    void everyProblemIsPrintedOnceWithItsNumberAndWithoutAStackTrace(@TempDir Path folder, CapturedOutput printed)
            throws IOException {
        int exit = check(with(folder, """
                cohort-sync:
                  time-zoen: UTC
                  sources:
                    exports: { type: file }
                """));

        assertThat(exit).isEqualTo(1);
        String file = folder.resolve("application.yaml").toString();
        assertThat(printed.getErr()).isEqualToNormalizingNewlines("""
                        The configuration has 2 problems:

                          1. cohort-sync.time-zoen (%s:2)
                             unknown key; did you mean "time-zone"? Accepted here: defaults, sandbox, security, sources, syncs, targets, time-zone
                          2. cohort-sync.sources.exports.directory (%s:4)
                             is missing: the folder that holds the cohorts' files
                        """.formatted(file, file));
        assertThat(printed.getOut()).isEmpty();
        assertThat(out.size()).isZero();
    }

    @Test
    void aFileThatIsNoYamlIsToldWithoutShowingItsLines(@TempDir Path folder, CapturedOutput printed)
            throws IOException {
        int exit = check(with(folder, "cohort-sync:\n  a: [ hidden\n  b: }\n"));

        assertThat(exit).isEqualTo(1);
        assertThat(printed.getAll()).startsWith("The configuration is not valid YAML: line 3, column");
        assertThat(printed.getAll()).doesNotContain("hidden").doesNotContain("Exception");
    }

    @Test
    void onlineIsRefusedUntilThereIsSuchACheck() {
        assertThat(check("--check", "--online")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("--online is not there yet");
    }

    @Test
    void theTableShowsALineForEachLinkAndNoSecret() {
        Settings settings = Given.yaml(SettingsReaderTest.FULL)
                .variables(Map.of("WRITE_KEY", "k-123"))
                .settings();

        assertThat(SyncTable.of(settings)).isEqualToNormalizingNewlines("""
                        The configuration is valid: 3 syncs, 3 sources, 3 targets.

                        SYNC                     SOURCE     COHORT                   SCHEDULE                          TARGET             MEMBER KEY       NORMALIZE  TRAIT OR LIST
                        churn-risk               warehouse  select email from churn  every day at 06:30 Europe/Berlin  segment-web        email            trim       Churn
                                                                                                                       segment-app (off)  Customer Id      lower      [Amplitude] Churn (churn-risk)
                        lifecycle-trial (off)    exports    trial.csv                every 15 minutes                  segment-web        the only column  trim       life lifecycle-trial
                                                                                                                       events (off)       the only column  trim       -
                        lifecycle-dormant (off)  exports    dormant.jsonl.gz         every 15 minutes                  segment-web        the only column  trim       life lifecycle-dormant
                                                                                                                       events (off)       the only column  trim       -""".stripTrailing());
    }

    @Test
    void schedulesAreSaidInWords() {
        assertThat(ScheduleWords.of(new Schedule.Once())).isEqualTo("once");
        assertThat(ScheduleWords.of(new Schedule.Manual())).isEqualTo("when asked");
        assertThat(ScheduleWords.of(new Schedule.Every(Duration.ofHours(1)))).isEqualTo("every hour");
        assertThat(ScheduleWords.of(new Schedule.Every(Duration.ofDays(2)))).isEqualTo("every 2 days");
        assertThat(ScheduleWords.of(new Schedule.Every(Duration.ofSeconds(90)))).isEqualTo("every 90 seconds");
        assertThat(ScheduleWords.of(new Schedule.Cron("0 0 6 ? * MON", ZoneOffset.UTC)))
                .isEqualTo("cron 0 0 6 ? * MON Z");
    }
}
