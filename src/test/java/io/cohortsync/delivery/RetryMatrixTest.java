package io.cohortsync.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.SegmentServer.Answer;
import io.cohortsync.testing.SegmentServer.Request;
import io.cohortsync.testing.Trial;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What each answer of Segment leads to (contracts, section 9), counted and repaired. Every case has a target of its own. */
@ExtendWith(OutputCaptureExtension.class)
class RetryMatrixTest {

    private static final int[] PASSING = {408, 410, 429, 460, 500, 502, 503, 504, 506, 508, 510, 512, 529, 599};
    private static final int[] REFUSING = {400, 409, 413, 422};
    private static final int[] STOPPING = {301, 307, 401, 402, 403, 404, 405, 407, 501, 505, 511};

    @TempDir
    static Path folder;

    private static SegmentServer segment;
    private static Trial trial;
    private static int closedPort;

    @BeforeAll
    static void start() throws IOException {
        segment = new SegmentServer();
        trial = new Trial(folder);
        IntStream.of(PASSING).forEach(status -> add("status-" + status));
        IntStream.of(REFUSING).forEach(status -> add("status-" + status));
        IntStream.of(STOPPING).forEach(status -> add("status-" + status));
        List.of("reset", "lost", "slow", "lost-for-good", "down").forEach(RetryMatrixTest::add);
        try (ServerSocket socket = new ServerSocket(0)) {
            closedPort = socket.getLocalPort();
        }
        trial.segment("refused", "http://127.0.0.1:" + closedPort).sync("refused", "[ refused ]");
        trial.start();
    }

    private static void add(String name) {
        trial.segment(name, segment.url() + "/" + name).sync(name, "[ " + name + " ]");
    }

    @AfterAll
    static void stop() {
        trial.close();
        segment.close();
    }

    private static List<Request> requests(String target) {
        return segment.requests().stream()
                .filter(request -> request.path().startsWith("/" + target + "/"))
                .toList();
    }

    /** The first calls to this target are answered so, all others well. */
    private static void first(int calls, String target, Answer answer) {
        AtomicInteger so = new AtomicInteger();
        segment.behave(request ->
                request.path().startsWith("/" + target + "/") && so.incrementAndGet() <= calls ? answer : Answer.OK);
    }

    private static void assertNothingUnexpectedWasLogged(CapturedOutput output) {
        assertThat(output.getAll()).doesNotContain("Exception").doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 410, 429, 460, 500, 502, 503, 504, 506, 508, 510, 512, 529, 599})
    void aStatusThatMayPassIsTriedAgain(int status, CapturedOutput output) {
        retried("status-" + status, Answer.status(status));
        assertNothingUnexpectedWasLogged(output);
    }

    @Test
    void aConnectionThatBreaksBeforeAnythingIsAppliedIsTriedAgain(CapturedOutput output) {
        retried("reset", Answer.RESET);
        assertNothingUnexpectedWasLogged(output);
    }

    @Test
    void aCallThatWasAppliedWhileItsAnswerWasLostIsTriedAgain(CapturedOutput output) {
        retried("lost", Answer.LOST);
        assertNothingUnexpectedWasLogged(output);
    }

    @Test
    void anAnswerThatTakesLongerThanTenSecondsIsNotWaitedFor(CapturedOutput output) {
        retried("slow", Answer.OK.after(12_000));
        assertNothingUnexpectedWasLogged(output);
    }

    private static void retried(String target, Answer answer) {
        first(1, target, answer);
        trial.cohort(target, List.of("ann", "bob"));
        JsonNode link = trial.runLink(target);

        assertThat(link.path("state").asText()).isEqualTo("succeeded");
        assertThat(link.path("accepted").asLong()).isEqualTo(2);
        assertThat(link.path("drift").asLong()).isZero();
        assertThat(requests(target)).hasSize(2);
        assertThat(segment.members(target)).containsExactly("ann", "bob");
        assertThat(trial.inDoubt(target)).isZero();
        assertThat(trial.deadLetters(target)).isEmpty();
        assertThat(trial.targetView(target).has("stopped")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 409, 413, 422})
    void aStatusThatRefusesRecordsIsNarrowedDownToTheOne(int status, CapturedOutput output) {
        String target = "status-" + status;
        segment.behave(request -> request.userIds().contains("bad-bob") ? Answer.status(status) : Answer.OK);
        trial.cohort(target, List.of("ann", "bad-bob", "cleo", "dan"));
        JsonNode link = trial.runLink(target);

        assertThat(link.path("state").asText()).isEqualTo("succeeded");
        assertThat(link.path("accepted").asLong()).isEqualTo(3);
        assertThat(link.path("rejected").asLong()).isEqualTo(1);
        assertThat(segment.members(target)).containsExactly("ann", "cleo", "dan");
        assertThat(trial.inDoubt(target)).isZero();
        assertThat(trial.deadLetters(target))
                .extracting(
                        letter -> letter.path("memberKey").asText(),
                        letter -> letter.path("reason").asText())
                .containsExactly(tuple("bad-bob", "HTTP " + status));
        assertNothingUnexpectedWasLogged(output);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 307, 401, 402, 403, 404, 405, 407, 501, 505, 511})
    void aStatusThatOnlyAPersonCanMendStopsTheTarget(int status, CapturedOutput output) {
        String target = "status-" + status;
        segment.behave(request -> Answer.status(status).header("Location", segment.url() + "/elsewhere"));
        trial.cohort(target, List.of("ann", "bob"));
        JsonNode link = trial.runLink(target);

        assertThat(link.path("state").asText()).isEqualTo("incomplete");
        assertThat(link.path("drift").asLong()).isEqualTo(2);
        // A status of 500 and above does not say that nothing happened.
        assertThat(link.path(status < 500 ? "waiting" : "unknown").asLong()).isEqualTo(2);
        assertThat(requests(target)).hasSize(1);
        assertThat(trial.deadLetters(target)).isEmpty();
        assertThat(trial.targetView(target).path("stopped").asText()).startsWith("HTTP " + status);
        assertThat(output.getAll().lines().filter(line -> line.contains("ERROR")))
                .hasSize(1);
        assertNothingUnexpectedWasLogged(output);

        segment.behaveWell();
        assertThat(trial.runLink(target).path("waiting").asLong()).isEqualTo(2);
        assertThat(requests(target)).hasSize(1);
        trial.app().post("/api/targets/" + target + "/resume");
        assertThat(trial.runLink(target).path("accepted").asLong()).isEqualTo(2);
        assertThat(segment.members(target)).containsExactly("ann", "bob");
        assertThat(trial.inDoubt(target)).isZero();
    }

    @Test
    void whatKeepsFailingIsGivenUpForThisRunAndRepairedByTheNext(CapturedOutput output) throws Exception {
        Function<Request, Answer> broken = request -> request.path().startsWith("/down/")
                ? Answer.status(503)
                : request.path().startsWith("/lost-for-good/") ? Answer.LOST : Answer.OK;
        segment.behave(broken);
        List<String> cases = List.of("refused", "down", "lost-for-good");
        cases.forEach(sync -> trial.cohort(sync, List.of("ann", "bob")));
        List<CompletableFuture<JsonNode>> runs =
                cases.stream().map(trial::begin).toList();
        List<JsonNode> links = runs.stream()
                .map(CompletableFuture::join)
                .map(run -> run.path("targets").path(0))
                .toList();

        assertThat(links).allSatisfy(link -> {
            assertThat(link.path("state").asText()).isEqualTo("incomplete");
            assertThat(link.path("drift").asLong()).isEqualTo(2);
        });
        assertThat(links.get(0).path("failed").asLong()).as("refused").isEqualTo(2);
        assertThat(links.get(1).path("failed").asLong()).as("answered 503").isEqualTo(2);
        assertThat(links.get(2).path("unknown").asLong()).as("no answer").isEqualTo(2);
        assertThat(links.get(1).path("error").asText())
                .isEqualTo("a batch was given up for this run: HTTP 503 {\"error\":\"status 503\"}");
        assertThat(output.getAll().lines())
                .anySatisfy(line -> assertThat(line).contains("down → down: read 2", "; a batch was given up", "503"));
        assertThat(requests("down")).hasSize(6);
        assertThat(requests("lost-for-good")).hasSize(6);
        assertThat(trial.inDoubt("refused")).isZero();
        assertThat(trial.inDoubt("down")).isEqualTo(1);
        assertThat(trial.inDoubt("lost-for-good")).isEqualTo(1);
        cases.forEach(sync -> assertThat(trial.deadLetters(sync)).isEmpty());
        assertNothingUnexpectedWasLogged(output);

        segment.behaveWell();
        // In doubt, and gone since: taken out, whatever became of the enter.
        trial.cohort("lost-for-good", List.of("ann"));
        try (SegmentServer back = new SegmentServer(closedPort)) {
            cases.forEach(sync ->
                    assertThat(trial.runLink(sync).path("state").asText()).isEqualTo("succeeded"));
            assertThat(back.members("refused")).containsExactly("ann", "bob");
        }
        assertThat(segment.members("down")).containsExactly("ann", "bob");
        assertThat(segment.members("lost-for-good")).containsExactly("ann");
        cases.forEach(sync -> assertThat(trial.inDoubt(sync)).isZero());
    }
}
