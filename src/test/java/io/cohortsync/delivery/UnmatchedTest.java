package io.cohortsync.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.cohortsync.testing.Trial;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A destination that is nothing but a file with a route template, and people whom it does not know. */
class UnmatchedTest {

    @TempDir
    static Path folder;

    private static final List<String> CALLS = new CopyOnWriteArrayList<>();
    private static HttpServer directory;
    private static volatile String unknown = "[]";
    private static volatile int status = 200;
    private static Trial trial;

    @BeforeAll
    static void start() throws IOException {
        directory = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        directory.createContext("/", exchange -> {
            CALLS.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] answer =
                    ("{\"unknown\":" + unknown + ",\"there\":[\"ann\",\"zoe\"]}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        directory.start();
        trial = new Trial(folder)
                .target(
                        "people",
                        "type: test-directory, base-url: \"http://127.0.0.1:"
                                + directory.getAddress().getPort() + "\"");
        for (String sync : List.of("given", "read-back", "some", "doubling", "left", "digits", "nothing", "none")) {
            trial.sync(sync, "[ people ]");
        }
        trial.start();
    }

    @AfterAll
    static void stop() {
        trial.close();
        directory.stop(0);
    }

    @BeforeEach
    void knowEverybody() {
        unknown = "[]";
        status = 200;
        CALLS.clear();
    }

    private static Instant nextTry(String sync) {
        return trial.state()
                .sql("select next_try from membership where next_try is not null"
                        + " and link_id in (select id from link where sync = ?)")
                .param(sync)
                .query(Timestamp.class)
                .single()
                .toInstant();
    }

    private static void makeDue(String sync) {
        // On H2 those turned down are listed once more.
        for (String table : List.of("membership", "turned_down")) {
            trial.state()
                    .sql("update " + table + " set next_try = timestamp with time zone '2020-01-01 00:00:00Z'"
                            + " where next_try is not null and link_id in (select id from link where sync = ?)")
                    .param(sync)
                    .update();
        }
    }

    @Test
    void itIsGivenWhatTheContractOfAnExtensionSays() {
        trial.cohort("given", List.of("ann", "bob"));
        JsonNode run = trial.run("given");

        assertThat(run.path("state").asText()).isEqualTo("succeeded");
        assertThat(CALLS)
                .containsExactly("2 changes in run " + run.path("id").asText() + " of given (given, given) to people");
    }

    @Test
    void itIsReadBackByATemplateOfItsOwn() {
        trial.cohort("read-back", List.of("ann", "bob"));
        trial.run("read-back");
        trial.state()
                .sql("update membership set since = since - interval '1' day"
                        + " where link_id in (select id from link where sync = 'read-back')")
                .update();
        JsonNode link =
                trial.app().post("/api/syncs/read-back/verify").path("targets").path(0);
        assertThat(link.path("there").asLong()).isEqualTo(2);
        assertThat(link.path("sampleMissing").toString()).isEqualTo("[\"bob\"]");
        assertThat(link.path("extra").asLong()).as("zoe").isEqualTo(1);
    }

    @Test
    void entersAndExitsGoSeparatelyUnlessTheTemplateSaysMixed() {
        trial.cohort("nothing", List.of("ann", "bob"));
        trial.run("nothing");
        CALLS.clear();
        trial.cohort("nothing", List.of("bob", "cleo"));
        assertThat(trial.runLink("nothing").path("accepted").asLong()).isEqualTo(2);

        assertThat(CALLS).hasSize(2).allMatch(call -> call.startsWith("1 changes"));
    }

    @Test
    void whomItDoesNotKnowIsSettledAndTheRestIsAcknowledged() {
        unknown = "[\"bob\"]";
        trial.cohort("some", List.of("ann", "bob", "cleo"));
        JsonNode first = trial.runLink("some");

        assertThat(first.path("state").asText()).isEqualTo("succeeded");
        assertThat(first.path("accepted").asLong()).isEqualTo(2);
        assertThat(first.path("unmatched").asLong()).isEqualTo(1);
        assertThat(trial.deadLetters("some")).isEmpty();
        JsonNode attempt = trial.app().get("/api/targets/people/attempts").path(0);
        assertThat(attempt.path("outcome").asText()).isEqualTo("taken in part");
        assertThat(attempt.path("unmatched").asLong()).isEqualTo(1);
        assertThat(trial.app()
                        .get("/api/syncs/some")
                        .path("targets")
                        .path(0)
                        .path("acknowledged")
                        .asLong())
                .isEqualTo(2);

        CALLS.clear();
        JsonNode second = trial.runLink("some");
        assertThat(second.path("settled").asLong()).isEqualTo(1);
        assertThat(second.path("same").asLong()).isEqualTo(2);
        assertThat(CALLS).isEmpty();

        // Known by now.
        unknown = "[]";
        makeDue("some");
        assertThat(trial.runLink("some").path("accepted").asLong()).isEqualTo(1);
        assertThat(trial.runLink("some").path("same").asLong()).isEqualTo(3);
    }

    @Test
    void theyAreTriedAgainAfterAnHourThenAfterTwiceAsLongUpToAWeek() {
        unknown = "[\"bob\"]";
        trial.cohort("doubling", List.of("bob"));
        for (long hours : new long[] {1, 2, 4, 8, 16, 32, 64, 128, 168, 168}) {
            Instant before = Instant.now();
            JsonNode link = trial.runLink("doubling");
            assertThat(link.path("unmatched").asLong()).isEqualTo(1);
            assertThat(Duration.between(before, nextTry("doubling")))
                    .isBetween(
                            Duration.ofHours(hours).minusSeconds(1),
                            Duration.ofHours(hours).plusSeconds(60));
            makeDue("doubling");
        }
    }

    @Test
    void whoWasNotKnownAndLeavesIsForgottenWithoutACall() {
        unknown = "[\"bob\"]";
        trial.cohort("left", List.of("ann", "bob"));
        trial.run("left");
        CALLS.clear();
        trial.cohort("left", List.of("ann"));
        JsonNode link = trial.runLink("left");

        assertThat(link.path("exit").asLong()).isZero();
        assertThat(CALLS).isEmpty();
        assertThat(trial.count("membership where 1 = 1", "left")).isEqualTo(1);

        // Not known there means not there: an exit of somebody it has forgotten is done.
        unknown = "[\"ann\"]";
        trial.cohort("left", List.of("cleo"));
        JsonNode last = trial.runLink("left");
        assertThat(last.path("exit").asLong()).isEqualTo(1);
        assertThat(last.path("drift").asLong()).isZero();
        assertThat(trial.count("membership where 1 = 1", "left")).isEqualTo(1);
    }

    @Test
    void keysOfDigitsThatComeBackAsNumbersAreRecognised() {
        unknown = "[42]";
        trial.cohort("digits", List.of("41", "42"));
        JsonNode link = trial.runLink("digits");

        assertThat(link.path("accepted").asLong()).isEqualTo(1);
        assertThat(link.path("unmatched").asLong()).isEqualTo(1);
    }

    @Test
    void anAttemptWithNobodyItKnowsIsNotCalledTaken() {
        unknown = "[\"ann\", \"bob\", \"somebody else\"]";
        trial.cohort("none", List.of("ann", "bob"));
        trial.run("none");

        JsonNode attempt = trial.app().get("/api/targets/people/attempts").path(0);
        assertThat(attempt.path("sync").asText()).isEqualTo("none");
        assertThat(attempt.path("outcome").asText()).isEqualTo("unmatched");
        assertThat(attempt.path("unmatched").asLong()).isEqualTo(2);
    }
}
