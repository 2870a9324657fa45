package io.cohortsync.customerio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.CustomerIoServer;
import io.cohortsync.testing.CustomerIoServer.Answer;
import io.cohortsync.testing.CustomerIoServer.Request;
import io.cohortsync.testing.Trial;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;

/** Customer.io ignores silently whom it does not know: what is said of them once their segment is read back. */
@ExtendWith(OutputCaptureExtension.class)
class ReadBackTest {

    @TempDir
    static Path folder;

    private static CustomerIoServer customerIo;
    private static Trial trial;

    @BeforeAll
    static void start() {
        customerIo = new CustomerIoServer();
        String target = "type: customerio, " + CustomerIoServer.KEYS + ", base-url: \"" + customerIo.url() + "\"";
        trial = new Trial(folder)
                .target("cio", target)
                .target("unread", target + ", read-back: off")
                .target("troubled", target);
        for (String sync : List.of("ignored", "recent", "broken", "gone", "paged", "again")) {
            trial.sync(sync, "[ cio ]", "guard: { max-exits: 100% }");
        }
        trial.sync("unread", "[ unread ]")
                .sync("doubted", "[ troubled ]")
                .sync("trimmed", "[ { target: cio, id-type: email, normalize: trim } ]")
                .sync("email", "[ { target: cio, id-type: email } ]")
                .start();
    }

    @AfterAll
    static void stop() {
        trial.close();
        customerIo.close();
    }

    @BeforeEach
    void behaveWell() {
        customerIo.behaveWell();
        customerIo.knowsNot();
        customerIo.forgetRequests();
    }

    @AfterEach
    void theBooksBalance() {
        Books.assertBalanced(trial.app().bean(JdbcTemplate.class));
    }

    private static JsonNode run(String sync, String... members) {
        trial.cohort(sync, List.of(members));
        return trial.runLink(sync);
    }

    /** Lets a day pass for a link, except for members turned down. */
    private static void aDayLater(String sync) {
        for (String column : List.of("membership set since = since", "delivery set closed_at = closed_at")) {
            update(
                    "update " + column + " - interval '1' day where link_id in (select id from link where sync = ?)",
                    sync);
        }
        update("update link set read_back_at = read_back_at - interval '1' day where sync = ?", sync);
    }

    private static void makeDue(String sync) {
        for (String table : List.of("membership", "turned_down")) {
            update(
                    "update " + table + " set next_try = next_try - interval '8' day where next_try is not null"
                            + " and link_id in (select id from link where sync = ?)",
                    sync);
        }
    }

    private static void update(String sql, String sync) {
        trial.state().sql(sql).param(sync).update();
    }

    private static String rows(String sync) {
        return trial.state()
                .sql(
                        "select * from membership where link_id in (select id from link where sync = ?) order by member_key")
                .param(sync)
                .query()
                .listOfRows()
                .toString();
    }

    private static long acknowledged(String sync) {
        return trial.app()
                .get("/api/syncs/" + sync)
                .path("targets")
                .path(0)
                .path("acknowledged")
                .asLong();
    }

    private static List<Request> pages() {
        return customerIo.requests().stream()
                .filter(request -> request.path().contains("/membership"))
                .toList();
    }

    private static List<Request> changes() {
        return customerIo.requests().stream()
                .filter(request -> request.path().contains("_customers"))
                .toList();
    }

    @Test
    void whoWasIgnoredIsFoundAndAddedOnceKnown(CapturedOutput output) {
        customerIo.knowsNot("bob", "cleo");
        assertThat(run("ignored", "ann", "bob", "cleo").path("accepted").asLong())
                .isEqualTo(3);
        assertThat(acknowledged("ignored")).isEqualTo(3);

        aDayLater("ignored");
        JsonNode next = run("ignored", "ann", "bob", "cleo");
        assertThat(next.path("same").asLong()).isEqualTo(1);
        assertThat(next.path("settled").asLong()).isEqualTo(2);
        assertThat(next.path("state").asText()).isEqualTo("succeeded");
        assertThat(acknowledged("ignored")).isEqualTo(1);
        assertThat(output).contains("ignored → cio: read back 1 people; of 3 acknowledged, 2 are not there");

        // Bob signs up, Cleo does not; both are tried when due, and a day later it shows who is in.
        customerIo.knowsNot("cleo");
        customerIo.forgetRequests();
        assertThat(run("ignored", "ann", "bob", "cleo").path("settled").asLong())
                .isEqualTo(2);
        assertThat(customerIo.requests()).isEmpty();
        makeDue("ignored");
        assertThat(run("ignored", "ann", "bob", "cleo").path("accepted").asLong())
                .isEqualTo(2);
        assertThat(customerIo.members("ignored")).containsExactly("ann", "bob");

        aDayLater("ignored");
        JsonNode last = run("ignored", "ann", "bob", "cleo");
        assertThat(last.path("same").asLong()).isEqualTo(2);
        assertThat(last.path("settled").asLong()).isEqualTo(1);
        // The second time that she is not there, she is left in peace for longer.
        assertThat(trial.state()
                        .sql("select tries from membership where member_key = 'cleo'"
                                + " and link_id in (select id from link where sync = 'ignored')")
                        .query(Integer.class)
                        .single())
                .isEqualTo(2);
    }

    @Test
    void whoIsUnmatchedAndLeavesIsForgottenAndTheOthersAreRemovedAsEver() {
        customerIo.knowsNot("bob");
        run("again", "ann", "bob");
        aDayLater("again");
        run("again", "ann", "bob");
        customerIo.forgetRequests();

        JsonNode link = run("again", "cleo");
        assertThat(link.path("exit").asLong()).isEqualTo(1);
        assertThat(link.path("drift").asLong()).isZero();
        assertThat(changes()).extracting(Request::ids).containsExactly(List.of("cleo"), List.of("ann"));
        assertThat(customerIo.members("again")).containsExactly("cleo");
        assertThat(acknowledged("again")).isEqualTo(1);
    }

    @Test
    void itIsDoneOnceADayAndNotOfWhoWasAddedAMomentAgo() {
        customerIo.knowsNot("bob");
        run("recent", "ann", "bob");
        run("recent", "ann", "bob");
        assertThat(pages()).isEmpty();

        aDayLater("recent");
        customerIo.knowsNot("bob", "cleo");
        update("update link set read_back_at = current_timestamp where sync = ?", "recent");
        assertThat(run("recent", "ann", "bob", "cleo").path("accepted").asLong())
                .isEqualTo(1);
        assertThat(pages()).isEmpty();
        update("update link set read_back_at = null where sync = ?", "recent");
        JsonNode link = run("recent", "ann", "bob", "cleo");

        assertThat(pages()).isNotEmpty();
        assertThat(link.path("settled").asLong()).as("bob").isEqualTo(1);
        assertThat(link.path("same").asLong()).as("ann and cleo").isEqualTo(2);
        customerIo.forgetRequests();
        run("recent", "ann", "bob", "cleo");
        assertThat(pages()).isEmpty();
    }

    @Test
    void aPageThatIsLostChangesNothingAndIsTold(CapturedOutput output) {
        customerIo.pageSize(2);
        customerIo.knowsNot("dan");
        run("broken", "ann", "bob", "cleo", "dan", "eve");
        aDayLater("broken");
        for (Optional<Answer> bad : List.of(
                Answer.status(503),
                Optional.of(new Answer(false, 200, Map.of(), "{\"errors\":[]}")),
                Optional.of(new Answer(false, 200, Map.of(), "<html>")),
                Optional.of(new Answer(false, 0, Map.of(), "")))) {
            customerIo.behave(request -> request.path().contains("start=%2B%2F2%3D") ? bad : Optional.empty());
            String before = rows("broken");
            JsonNode link = run("broken", "ann", "bob", "cleo", "dan", "eve");
            assertThat(link.path("same").asLong()).isEqualTo(5);
            assertThat(link.path("state").asText()).isEqualTo("succeeded");
            assertThat(rows("broken")).isEqualTo(before);
            assertThat(acknowledged("broken")).isEqualTo(5);
        }
        assertThat(output.getAll().lines().filter(line -> line.contains("could not be read back")))
                .hasSize(4);

        customerIo.behaveWell();
        assertThat(run("broken", "ann", "bob", "cleo", "dan", "eve")
                        .path("settled")
                        .asLong())
                .isEqualTo(1);
        customerIo.pageSize(30_000);
    }

    @Test
    void cursorsAreSentBackAsTheyCameAndAppCallsArePaced() {
        List<String> people = Trial.people("p", 16);
        customerIo.pageSize(1);
        trial.cohort("paged", people);
        trial.run("paged");
        aDayLater("paged");
        customerIo.forgetRequests();
        assertThat(trial.runLink("paged").path("same").asLong()).isEqualTo(16);
        customerIo.pageSize(30_000);

        List<String> segment =
                List.of(String.valueOf(customerIo.segments("paged").get(0).id()));
        List<String> expected = new ArrayList<>(List.of("GET /v1/segments/" + segment.get(0)));
        expected.add("GET /v1/segments/" + segment.get(0) + "/membership?limit=30000");
        for (int i = 1; i <= 16; i++) {
            expected.add("GET /v1/segments/" + segment.get(0) + "/membership?limit=30000&start=%2B%2F" + i + "%3D");
            if (i < 16) {
                expected.add(
                        "GET /v1/segments/" + segment.get(0) + "/membership?limit=30000&start=%2B%2F-" + i + "%3D");
            }
        }
        assertThat(customerIo.requests()).extracting(Request::toString).containsExactlyElementsOf(expected);
        List<Request> requests = customerIo.requests();
        for (int i = 10; i < requests.size(); i++) {
            assertThat(Duration.ofNanos(
                            requests.get(i).atNanos() - requests.get(i - 10).atNanos()))
                    .isGreaterThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void aSegmentThatIsGoneHoldsTheLinkEvenWhileThereIsNothingToSend() {
        run("gone", "ann", "bob");
        aDayLater("gone");
        customerIo.delete(customerIo.segments("gone").get(0).id());
        JsonNode link = run("gone", "ann", "bob");

        assertThat(link.path("state").asText()).isEqualTo("held");
        assertThat(link.path("error").asText()).contains("has no segment");
        assertThat(link.path("same").asLong()).isEqualTo(2);
        JsonNode more = run("gone", "ann", "cleo");
        assertThat(more.path("state").asText()).isEqualTo("held");
        assertThat(more.path("held").asLong()).isEqualTo(2);
        assertThat(acknowledged("gone")).isEqualTo(2);
    }

    @Test
    void whoIsInDoubtStaysSo() {
        run("doubted", "ann", "bob");
        customerIo.takeOut(customerIo.segments("doubted").get(0).id(), "bob");
        customerIo.behave(
                request -> request.path().contains("remove_customers") ? Answer.status(503) : Optional.empty());
        JsonNode failed = run("doubted", "ann");
        assertThat(failed.path("failed").asLong()).isEqualTo(1);
        assertThat(trial.inDoubt("doubted")).isEqualTo(1);
        customerIo.behaveWell();
        aDayLater("doubted");

        // Read back before the comparison, and removed once more all the same.
        customerIo.forgetRequests();
        JsonNode link = run("doubted", "ann");
        assertThat(pages()).isNotEmpty();
        assertThat(link.path("exit").asLong()).isEqualTo(1);
        assertThat(link.path("accepted").asLong()).isEqualTo(1);
        assertThat(trial.inDoubt("doubted")).isZero();
        assertThat(acknowledged("doubted")).isEqualTo(1);
    }

    @Test
    void emailsAreFoundHoweverTheyAreSpeltThere() {
        for (String sync : List.of("email", "trimmed")) {
            customerIo.knowsNot("bob@x.com");
            run(sync, "Ann@x.com", "Bob@x.com");
            aDayLater(sync);
            JsonNode link = run(sync, "Ann@x.com", "Bob@x.com");
            assertThat(link.path("same").asLong()).as(sync).isEqualTo(1);
            assertThat(link.path("settled").asLong()).as(sync).isEqualTo(1);
        }
    }

    @Test
    void itIsLeftOutOnRequest() {
        customerIo.knowsNot("bob");
        run("unread", "ann", "bob");
        aDayLater("unread");
        assertThat(run("unread", "ann", "bob").path("same").asLong()).isEqualTo(2);
        assertThat(pages()).isEmpty();
    }
}
