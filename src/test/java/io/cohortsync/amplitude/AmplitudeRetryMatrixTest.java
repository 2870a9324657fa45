package io.cohortsync.amplitude;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.AmplitudeServer;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.SegmentServer.Answer;
import io.cohortsync.testing.Trial;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** What each failure of each of Amplitude's calls leads to (contracts, section 9). Every case has a target of its own. */
class AmplitudeRetryMatrixTest {

    private static final List<String> CALLS = List.of("list", "upload", "membership");
    private static final List<String> FAILURES =
            List.of("429", "500", "503", "reset", "lost", "401", "403", "404", "400");

    @TempDir
    static Path folder;

    private static AmplitudeServer amplitude;
    private static Trial trial;

    @BeforeAll
    static void start() {
        amplitude = new AmplitudeServer();
        trial = new Trial(folder);
        for (String call : CALLS) {
            for (String failure : FAILURES) {
                String name = call + "-" + failure;
                trial.target(
                                name,
                                amplitude
                                        .target("/" + name, "api-key: key-" + name)
                                        .replace("api-key: amplitude-api, ", ""))
                        .sync(name, "[ " + name + " ]");
            }
        }
        trial.target("beside", amplitude.target("", "api-key: key-beside").replace("api-key: amplitude-api, ", ""))
                .sync("both", "[ { target: list-401, cohort-name: both }, { target: beside, cohort-name: both } ]")
                .start();
    }

    @AfterAll
    static void stop() {
        Books.assertBalanced(trial.app().bean(JdbcTemplate.class));
        trial.close();
        amplitude.close();
    }

    private static Answer answer(String failure) {
        return switch (failure) {
            case "reset" -> Answer.RESET;
            case "lost" -> Answer.LOST;
            default -> Answer.status(Integer.parseInt(failure));
        };
    }

    /** The first calls of this kind to this target are answered so, all others well. */
    private static void first(int calls, String name, String failure) {
        String call = name.replaceFirst("-.*", "");
        AtomicInteger met = new AtomicInteger();
        amplitude.behave(request -> {
            boolean concerned = request.path().startsWith("/" + name + "/")
                    && request.path().endsWith(call.equals("list") ? "/cohorts" : "/" + call);
            return concerned && met.incrementAndGet() <= calls ? answer(failure) : Answer.OK;
        });
    }

    private static JsonNode run(String name) {
        trial.cohort(name, List.of("ann", "bob"));
        return trial.runLink(name);
    }

    private static long sent(String name, String path) {
        return amplitude.requests("/" + name + "/").stream()
                .filter(request -> request.path().endsWith(path))
                .count();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "list,429",
        "list,500",
        "list,503",
        "list,reset",
        "list,lost",
        "upload,429",
        "upload,500",
        "upload,503",
        "upload,lost",
        "membership,429",
        "membership,500",
        "membership,503",
        "membership,reset",
        "membership,lost"
    })
    void whatMayPassIsTriedAgainAndThereIsOneCohort(String call, String failure) {
        String name = call + "-" + failure;
        first(1, name, failure);
        JsonNode link = run(name);

        assertThat(link.path("state").asText()).as(link.toString()).isEqualTo("succeeded");
        assertThat(link.path("accepted").asLong()).isEqualTo(2);
        assertThat(amplitude.members(name)).containsExactlyInAnyOrder("ann", "bob");
        assertThat(trial.inDoubt(name)).isZero();
        assertThat(sent(name, "/upload")).isEqualTo(failure.equals("lost") || !call.equals("upload") ? 1 : 2);
        assertThat(sent(name, "/membership")).isEqualTo(call.equals("membership") ? 2 : 1);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "list,401", "list,403", "list,404",
        "upload,401", "upload,403", "upload,404",
        "membership,401", "membership,403", "membership,404"
    })
    void whatOnlyAPersonCanMendStopsTheTargetAndNobodyIsADeadLetter(String call, String failure) {
        String name = call + "-" + failure;
        first(9, name, failure);
        JsonNode link = run(name);

        assertThat(link.path("state").asText()).isEqualTo("incomplete");
        assertThat(link.path("waiting").asLong()).as(link.toString()).isEqualTo(2);
        assertThat(trial.targetView(name).path("stopped").asText()).contains("HTTP " + failure);
        assertThat(trial.deadLetters(name)).isEmpty();
        assertThat(trial.inDoubt(name))
                .as("the seed is in the cohort, and not acknowledged yet")
                .isEqualTo(call.equals("membership") ? 1 : 0);
    }

    @Test
    void aListThatIsRefusedEndsTheLinksPartOfTheRun() {
        first(1, "list-400", "400");
        JsonNode link = run("list-400");

        assertThat(link.path("state").asText()).isEqualTo("incomplete");
        assertThat(link.path("error").asText()).startsWith("not prepared: HTTP 400");
        assertThat(run("list-400").path("state").asText()).isEqualTo("succeeded");
    }

    @Test
    void aCallThatIsRefusedWhileTheCohortIsThereIsNarrowedDown() {
        first(1, "membership-400", "400");
        JsonNode link = run("membership-400");

        assertThat(link.path("accepted").asLong()).isEqualTo(2);
        assertThat(sent("membership-400", "/membership"))
                .as("both, and each half")
                .isEqualTo(3);
    }

    @Test
    void aTargetThatCannotBePreparedKeepsNoOtherFromItsPart() {
        amplitude.behave(request -> request.path().startsWith("/list-401/") ? Answer.status(401) : Answer.OK);
        trial.cohort("both", List.of("ann"));
        JsonNode run = trial.run("both");

        assertThat(run.path("state").asText()).isEqualTo("incomplete");
        assertThat(run.path("targets").findValuesAsText("state")).containsExactlyInAnyOrder("incomplete", "succeeded");
        assertThat(amplitude.members("both")).containsExactly("ann");
    }
}
