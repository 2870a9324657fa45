package io.cohortsync.customerio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.CustomerIoServer;
import io.cohortsync.testing.CustomerIoServer.Answer;
import io.cohortsync.testing.CustomerIoServer.Request;
import io.cohortsync.testing.Trial;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which segment a link fills, and when it fills none. */
class WhichSegmentTest {

    @TempDir
    static Path folder;

    private static CustomerIoServer customerIo;
    private static Trial trial;
    private static int attached;
    private static int deleted;
    private static int dynamic;
    private static int shared;

    @BeforeAll
    static void start() {
        customerIo = new CustomerIoServer();
        attached = customerIo.make("Attached", "manual");
        deleted = customerIo.make("Deleted", "manual");
        dynamic = customerIo.make("By data", "dynamic");
        shared = customerIo.make("Shared", "manual");
        customerIo.make("refused", "manual");
        customerIo.make("adopted", "manual");
        customerIo.make("twins", "manual");
        customerIo.make("twins", "manual");
        customerIo.make("data-driven-name", "dynamic");
        trial = new Trial(folder)
                .target(
                        "cio",
                        "type: customerio, " + CustomerIoServer.KEYS + ", base-url: \"" + customerIo.url() + "\"")
                .sync("created", "[ cio ]")
                .sync("attached", "[ { target: cio, segment-id: " + attached + " } ]")
                .sync("refused", "[ cio ]")
                .sync("adopted", "[ { target: cio, if-exists: adopt } ]")
                .sync("twins", "[ { target: cio, if-exists: adopt } ]")
                .sync("data-driven-name", "[ { target: cio, if-exists: adopt } ]")
                .sync("data-driven-id", "[ { target: cio, segment-id: " + dynamic + " } ]")
                .sync("deleted", "[ { target: cio, segment-id: " + deleted + " } ]")
                .sync("never-there", "[ { target: cio, segment-id: 4711 } ]")
                .sync("first", "[ { target: cio, segment-id: " + shared + " } ]")
                .sync("second", "[ { target: cio, segment: Shared, if-exists: adopt } ]")
                .sync("lost", "[ cio ]")
                .sync("somebody-elses", "[ cio ]")
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
        customerIo.forgetRequests();
    }

    private static JsonNode run(String sync, String... members) {
        trial.cohort(sync, List.of(members));
        return trial.runLink(sync);
    }

    private static void assertHeld(JsonNode link, String why) {
        assertThat(link.path("state").asText()).as(link.toString()).isEqualTo("held");
        assertThat(link.path("held").asLong()).isEqualTo(link.path("drift").asLong());
        assertThat(link.path("error").asText()).contains(why);
        assertThat(customerIo.requests())
                .noneMatch(request -> request.path().contains("_customers"))
                .noneMatch(request -> request.method().equals("POST"));
        assertThat(trial.targetView("cio").has("stopped")).isFalse();
    }

    @Test
    void oneIsCreatedAndKept() {
        assertThat(run("created", "ann", "bob").path("accepted").asLong()).isEqualTo(2);
        assertThat(run("created", "bob").path("accepted").asLong()).isEqualTo(1);

        assertThat(customerIo.segments("created")).hasSize(1);
        assertThat(customerIo.members("created")).containsExactly("bob");
    }

    @Test
    void oneThatIsNamedByItsNumberIsFilled() {
        assertThat(run("attached", "ann").path("accepted").asLong()).isEqualTo(1);
        assertThat(customerIo.members("Attached")).containsExactly("ann");
    }

    @Test
    void oneThatIsThereAlreadyIsNotTouched() {
        assertHeld(run("refused", "ann"), "has a segment \"refused\" already");
        assertThat(customerIo.members("refused")).isEmpty();
    }

    @Test
    void oneThatIsThereAlreadyIsAdoptedOnRequest() {
        assertThat(run("adopted", "ann").path("accepted").asLong()).isEqualTo(1);
        assertThat(customerIo.segments("adopted")).hasSize(1);
        assertThat(customerIo.members("adopted")).containsExactly("ann");
    }

    @Test
    void ofTwoOfTheSameNameNoneIsGuessed() {
        assertHeld(run("twins", "ann"), "several segments");
    }

    @Test
    void aDataDrivenOneHoldsTheLink() {
        assertHeld(run("data-driven-name", "ann"), "is data-driven");
        assertHeld(run("data-driven-id", "ann"), "segment " + dynamic + " of Customer.io is data-driven");
    }

    @Test
    void oneThatIsGoneHoldsTheLinkBeforeAnythingIsSent() {
        assertHeld(run("never-there", "ann"), "no segment 4711");

        run("deleted", "ann", "bob", "cleo", "dan", "eve", "fay");
        customerIo.delete(deleted);
        customerIo.forgetRequests();
        JsonNode link = run("deleted", "ann", "bob", "cleo", "dan", "eve", "gil");
        assertHeld(link, "no segment " + deleted);
        assertThat(link.path("held").asLong()).isEqualTo(2);
    }

    @Test
    void theSecondLinkToClaimASegmentIsHeldAndNamesTheFirst() {
        run("first", "ann");
        customerIo.forgetRequests();

        assertHeld(run("second", "bob"), "first → cio fills the list " + shared);
        assertThat(customerIo.members("Shared")).containsExactly("ann");
    }

    @Test
    void oneWhoseCreationWasNotAnsweredIsFoundByItsMarkInALaterRun() {
        customerIo.behave(request -> request.toString().equals("POST /v1/segments") ? Answer.LOST : down(request));
        assertThat(run("lost", "ann").path("state").asText()).isEqualTo("incomplete");
        customerIo.behaveWell();

        assertThat(run("lost", "ann").path("accepted").asLong()).isEqualTo(1);
        assertThat(customerIo.segments("lost")).hasSize(1);
        assertThat(customerIo.members("lost")).containsExactly("ann");
    }

    /** After the first creation, the list of segments cannot be had any more. */
    private static Optional<Answer> down(Request request) {
        return request.toString().equals("GET /v1/segments")
                        && !customerIo.segments("lost").isEmpty()
                ? Answer.status(409)
                : Optional.empty();
    }

    @Test
    void oneThatSomebodyElseMadeMeanwhileIsNotTakenForOurs() {
        AtomicInteger creations = new AtomicInteger();
        customerIo.behave(request -> {
            if (request.toString().equals("POST /v1/segments") && creations.incrementAndGet() == 1) {
                customerIo.make("somebody-elses", "manual");
                return Optional.of(new Answer(false, 0, Map.of(), ""));
            }
            return Optional.empty();
        });
        JsonNode link = run("somebody-elses", "ann");

        assertThat(link.path("state").asText()).isEqualTo("held");
        assertThat(customerIo.members("somebody-elses")).isEmpty();
        assertThat(creations).hasValue(1);
    }
}
