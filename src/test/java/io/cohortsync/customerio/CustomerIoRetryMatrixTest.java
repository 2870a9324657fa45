package io.cohortsync.customerio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.CustomerIoServer;
import io.cohortsync.testing.CustomerIoServer.Answer;
import io.cohortsync.testing.CustomerIoServer.Request;
import io.cohortsync.testing.Trial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each answer of Customer.io leads to (contracts, section 9), counted and repaired. Every case has a target of its own. */
class CustomerIoRetryMatrixTest {

    @TempDir
    static Path folder;

    private static CustomerIoServer customerIo;
    private static Trial trial;

    @BeforeAll
    static void start() {
        customerIo = new CustomerIoServer();
        trial = new Trial(folder);
        IntStream.of(408, 429, 500, 502, 503, 504, 522, 524).forEach(status -> {
            add("track-" + status);
            add("app-" + status);
        });
        IntStream.of(400, 409, 413, 422).forEach(status -> add("track-" + status));
        IntStream.of(301, 401, 402, 403, 405, 501, 505).forEach(status -> {
            add("track-" + status);
            add("app-" + status);
        });
        Stream.of("track-lost", "app-lost", "track-reset", "app-reset", "track-404", "bad-one")
                .forEach(CustomerIoRetryMatrixTest::add);
        trial.start();
    }

    private static void add(String name) {
        trial.target(
                        name,
                        "type: customerio, " + CustomerIoServer.KEYS + ", base-url: \"" + customerIo.url() + "/" + name
                                + "\"")
                .sync(name, "[ " + name + " ]");
    }

    @AfterAll
    static void stop() {
        trial.close();
        customerIo.close();
    }

    private static boolean isTrack(Request request) {
        return request.path().contains("_customers");
    }

    /** The first calls to one API of this target are answered so, all others well. */
    private static void first(int calls, String target, Optional<Answer> answer) {
        Predicate<Request> api = request -> isTrack(request) == target.startsWith("track-");
        AtomicInteger so = new AtomicInteger();
        customerIo.behave(request ->
                request.path().startsWith("/" + target + "/") && api.test(request) && so.incrementAndGet() <= calls
                        ? answer
                        : Optional.empty());
    }

    private static long calls(String target) {
        return customerIo.requests("/" + target).stream()
                .filter(request -> isTrack(request) == target.startsWith("track-"))
                .count();
    }

    private static void assertHasAnnAndBob(String target) {
        assertThat(customerIo.segments(target)).hasSize(1);
        assertThat(customerIo.members(target)).containsExactly("ann", "bob");
        assertThat(trial.inDoubt(target)).isZero();
        assertThat(trial.deadLetters(target)).isEmpty();
        assertThat(trial.targetView(target).has("stopped")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "track-408", "track-429", "track-500", "track-502", "track-503", "track-504", "track-522", "track-524",
                "app-408", "app-429", "app-500", "app-502", "app-503", "app-504", "app-522", "app-524"
            })
    void aStatusThatMayPassIsTriedAgain(String target) {
        first(1, target, Answer.status(Integer.parseInt(target.replaceFirst(".*-", ""))));
        trial.cohort(target, List.of("ann", "bob"));
        JsonNode link = trial.runLink(target);

        assertThat(link.path("state").asText()).as(link.toString()).isEqualTo("succeeded");
        assertThat(link.path("accepted").asLong()).isEqualTo(2);
        assertThat(calls(target)).isEqualTo(target.startsWith("track-") ? 2 : 3);
        assertHasAnnAndBob(target);
    }

    @ParameterizedTest
    @ValueSource(strings = {"track-reset", "app-reset"})
    void aConnectionThatBreaksBeforeAnythingIsAppliedIsTriedAgain(String target) {
        first(1, target, Answer.RESET);
        trial.cohort(target, List.of("ann", "bob"));

        assertThat(trial.runLink(target).path("accepted").asLong()).isEqualTo(2);
        assertThat(calls(target)).isEqualTo(target.startsWith("track-") ? 2 : 3);
        assertHasAnnAndBob(target);
    }

    @Test
    void aChangeThatWasAppliedWhileItsAnswerWasLostIsSentAgain() {
        first(1, "track-lost", Answer.LOST);
        trial.cohort("track-lost", List.of("ann", "bob"));

        assertThat(trial.runLink("track-lost").path("accepted").asLong()).isEqualTo(2);
        assertThat(calls("track-lost")).isEqualTo(2);
        assertHasAnnAndBob("track-lost");
    }

    @Test
    void aSegmentThatWasCreatedWhileTheAnswerWasLostIsFoundAgain() {
        AtomicInteger creations = new AtomicInteger();
        customerIo.behave(
                request -> request.toString().equals("POST /app-lost/v1/segments") && creations.incrementAndGet() == 1
                        ? Answer.LOST
                        : Optional.empty());
        trial.cohort("app-lost", List.of("ann", "bob"));

        assertThat(trial.runLink("app-lost").path("accepted").asLong()).isEqualTo(2);
        assertThat(creations).hasValue(1);
        assertHasAnnAndBob("app-lost");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 409, 413, 422})
    void aStatusThatRefusesRecordsIsNarrowedDownToTheOne(int status) {
        String target = "track-" + status;
        customerIo.behave(request -> request.ids().contains("bad-bob") ? Answer.status(status) : Optional.empty());
        trial.cohort(target, List.of("ann", "bad-bob", "cleo", "dan"));
        JsonNode link = trial.runLink(target);

        assertThat(link.path("state").asText()).isEqualTo("succeeded");
        assertThat(link.path("accepted").asLong()).isEqualTo(3);
        assertThat(link.path("rejected").asLong()).isEqualTo(1);
        assertThat(customerIo.members(target)).containsExactly("ann", "cleo", "dan");
        assertThat(trial.inDoubt(target)).isZero();
        assertThat(trial.deadLetters(target))
                .extracting(
                        letter -> letter.path("memberKey").asText(),
                        letter -> letter.path("reason").asText())
                .containsExactly(tuple("bad-bob", "HTTP " + status));
    }

    @Test
    void oneBadRecordAmongAThousandCostsFewCalls() {
        customerIo.behave(request -> request.ids().contains("bad") ? Answer.status(400) : Optional.empty());
        List<String> people = new ArrayList<>(Trial.people("good", 999));
        people.add(613, "bad");
        trial.cohort("bad-one", people);
        JsonNode link = trial.runLink("bad-one");

        assertThat(link.path("accepted").asLong()).isEqualTo(999);
        assertThat(link.path("rejected").asLong()).isEqualTo(1);
        assertThat(trial.deadLetters("bad-one")).hasSize(1);
        assertThat(customerIo.members("bad-one")).hasSize(999);
        long extra = customerIo.requests("/bad-one").stream()
                        .filter(CustomerIoRetryMatrixTest::isTrack)
                        .count()
                - 1;
        assertThat(extra).isLessThanOrEqualTo((long) Math.ceil(2 * Math.log(1_000) / Math.log(2)) + 2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "track-301", "track-401", "track-402", "track-403", "track-405", "track-501", "track-505",
                "app-301", "app-401", "app-402", "app-403", "app-405", "app-501", "app-505"
            })
    void aStatusThatOnlyAPersonCanMendStopsTheTarget(String target) {
        int status = Integer.parseInt(target.replaceFirst(".*-", ""));
        first(
                Integer.MAX_VALUE,
                target,
                status == 301 ? Answer.redirect(301, "http://localhost:1/elsewhere") : Answer.status(status));
        trial.cohort(target, List.of("ann", "bob"));
        JsonNode link = trial.runLink(target);

        assertThat(link.path("state").asText()).isEqualTo("incomplete");
        assertThat(link.path("drift").asLong()).isEqualTo(2);
        boolean sent = target.startsWith("track-") && status >= 500;
        assertThat(link.path(sent ? "unknown" : "waiting").asLong()).isEqualTo(2);
        assertThat(calls(target)).isEqualTo(1);
        assertThat(trial.deadLetters(target)).isEmpty();
        assertThat(trial.targetView(target).path("stopped").asText()).startsWith("HTTP " + status);

        customerIo.behaveWell();
        assertThat(trial.runLink(target).path("waiting").asLong()).isEqualTo(2);
        assertThat(calls(target)).isEqualTo(1);
        trial.app().post("/api/targets/" + target + "/resume");
        assertThat(trial.runLink(target).path("accepted").asLong()).isEqualTo(2);
        assertHasAnnAndBob(target);
    }

    @Test
    void aSegmentThatIsGoneHoldsItsLinkAndNotItsTarget() {
        first(1, "track-404", Answer.status(404));
        trial.cohort("track-404", List.of("ann", "bob"));
        JsonNode link = trial.runLink("track-404");

        assertThat(link.path("state").asText()).isEqualTo("held");
        assertThat(link.path("held").asLong()).isEqualTo(2);
        assertThat(link.path("error").asText()).contains("has no segment");
        assertThat(trial.targetView("track-404").has("stopped")).isFalse();

        assertThat(trial.runLink("track-404").path("accepted").asLong()).isEqualTo(2);
        assertHasAnnAndBob("track-404");
    }
}
