package io.cohortsync.flow;

import static io.cohortsync.testing.Books.acknowledged;
import static io.cohortsync.testing.Books.inDoubt;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.target.Targets;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.SegmentServer.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** Rule 1: what was sent and not answered is neither in nor out, until an answer says which. */
class LostAnswersTest {

    private final SegmentServer segment = new SegmentServer();

    @TempDir
    Path folder;

    private RunningApp app;
    private JdbcTemplate jdbc;

    @BeforeEach
    void start() {
        app = RunningApp.start(folder, """
                cohort-sync:
                  sources:
                    exports: { type: file, directory: $DIR }
                  targets:
                    web: { type: segment, write-key: wk_test, base-url: %s }
                  syncs:
                    vip:
                      from: { source: exports, cohort: vip.csv }
                      schedule: manual
                      guard: { max-exits: off, allow-empty: true }
                      to: [ web ]
                """.formatted(segment.url()));
        jdbc = app.bean(JdbcTemplate.class);
    }

    @AfterEach
    void stop() {
        Books.assertBalanced(jdbc);
        app.close();
        segment.close();
    }

    private JsonNode run(String... members) throws IOException {
        Files.writeString(folder.resolve("vip.csv"), "user_id\n" + String.join("\n", members) + "\n");
        return app.runLink("vip");
    }

    /** A run all of whose calls take effect while no answer arrives, until the target says something final. */
    private JsonNode runUnanswered(String... members) throws IOException {
        AtomicInteger calls = new AtomicInteger();
        segment.behave(request -> calls.getAndIncrement() == 0 ? Answer.LOST : Answer.status(401));
        JsonNode link = run(members);
        app.bean(Targets.class).pause("web", false);
        segment.behaveWell();
        return link;
    }

    private List<String> messageIds(boolean value) {
        return segment.requests().stream()
                .flatMap(request -> request.body().path("batch").findParents("messageId").stream())
                .filter(event -> event.path("traits").path("vip").asBoolean() == value)
                .map(event -> event.path("messageId").asText())
                .toList();
    }

    @Test
    void addAppliedAnswerLostPersonLeavesSoRemoveIsSent() throws IOException {
        segment.behave(request -> Answer.LOST);
        JsonNode lost = run("ann");
        assertThat(lost.path("unknown").asLong()).isEqualTo(1);
        assertThat(segment.requests()).hasSize(6);
        assertThat(segment.members("vip")).containsExactly("ann");
        assertThat(acknowledged(jdbc)).isEmpty();

        segment.behaveWell();
        segment.forgetRequests();
        JsonNode left = run();
        assertThat(left.path("exit").asLong()).isEqualTo(1);
        assertThat(left.path("accepted").asLong()).isEqualTo(1);
        assertThat(segment.requests()).hasSize(1);
        assertThat(segment.members("vip")).isEmpty();
        assertThat(inDoubt(jdbc)).isZero();

        assertThat(run().path("exit").asLong()).isZero();
    }

    @Test
    void removeAppliedAnswerLostPersonReturnsSoAddIsSentAgainUnderANewId() throws IOException {
        run("ann", "bob");
        List<String> first = messageIds(true);
        segment.behave(request -> Answer.LOST);
        JsonNode lost = run("bob");
        assertThat(lost.path("unknown").asLong()).isEqualTo(1);
        assertThat(segment.members("vip")).containsExactly("bob");
        assertThat(acknowledged(jdbc)).containsExactly("ann", "bob");

        segment.behaveWell();
        segment.forgetRequests();
        JsonNode back = run("ann", "bob");
        assertThat(back.path("enter").asLong()).isEqualTo(1);
        assertThat(back.path("same").asLong()).isEqualTo(1);
        assertThat(messageIds(true)).hasSize(1).doesNotContainAnyElementsOf(first);
        assertThat(segment.members("vip")).containsExactly("ann", "bob");
        assertThat(acknowledged(jdbc)).containsExactly("ann", "bob");
        assertThat(inDoubt(jdbc)).isZero();
    }

    @Test
    void doubtOfSeveralRunsStacksUpAndOneAnswerSettlesItAll() throws IOException {
        run("ann");
        runUnanswered("bob");
        runUnanswered("ann", "cleo");
        JsonNode third = runUnanswered("bob");
        assertThat(third.path("enter").asLong()).isEqualTo(1);
        assertThat(third.path("exit").asLong()).isEqualTo(2);
        assertThat(third.path("unknown").asLong()).isEqualTo(3);
        assertThat(inDoubt(jdbc)).isEqualTo(3);
        assertThat(app.get("/api/syncs/vip")
                        .path("targets")
                        .path(0)
                        .path("inDoubt")
                        .asLong())
                .as("bob, ann and cleo")
                .isEqualTo(3);
        assertThat(acknowledged(jdbc)).containsExactly("ann");

        JsonNode settled = run("ann");
        assertThat(settled.path("enter").asLong()).isEqualTo(1);
        assertThat(settled.path("exit").asLong()).isEqualTo(2);
        assertThat(settled.path("drift").asLong()).isZero();
        assertThat(segment.members("vip")).containsExactly("ann");
        assertThat(acknowledged(jdbc)).containsExactly("ann");
        assertThat(inDoubt(jdbc)).isZero();
    }

    @Test
    void aRemoveThatIsSentAgainCarriesItsFirstId() throws IOException {
        run("ann", "bob");
        runUnanswered("bob");
        run("bob");
        assertThat(messageIds(false)).hasSizeGreaterThan(1);
        assertThat(new HashSet<>(messageIds(false))).hasSize(1);
        assertThat(segment.members("vip")).containsExactly("bob");
    }

    @Test
    void aBatchHalvedAfterItsAnswerWasLostStaysInDoubtUntilEveryMemberIsAnswered() throws IOException {
        AtomicInteger calls = new AtomicInteger();
        segment.behave(request -> calls.getAndIncrement() == 0
                ? Answer.LOST
                : request.userIds().contains("bad") ? Answer.status(400) : Answer.OK);
        JsonNode halved = run("ann", "bad", "bob", "cleo");
        assertThat(halved.path("accepted").asLong()).isEqualTo(3);
        assertThat(halved.path("rejected").asLong()).isEqualTo(1);
        assertThat(segment.members("vip")).contains("bad");
        assertThat(acknowledged(jdbc)).containsExactly("ann", "bob", "cleo");

        segment.behaveWell();
        segment.forgetRequests();
        JsonNode gone = run("ann", "bob", "cleo");
        assertThat(gone.path("same").asLong()).isEqualTo(3);
        assertThat(gone.path("exit").asLong())
                .as("the refused member may have been added by the call whose answer was lost")
                .isEqualTo(1);
        assertThat(segment.members("vip")).isEqualTo(Set.of("ann", "bob", "cleo"));
        assertThat(inDoubt(jdbc)).isZero();
        assertThat(app.get("/api/dead-letters")).isEmpty();
    }

    @Test
    void aPersonWhoIsAcknowledgedStaysKnownWhenOnlyTheNextAddIsRefused() throws IOException {
        run("ann", "bob");
        runUnanswered("bob");
        segment.behave(request -> Answer.status(400));
        assertThat(run("ann", "bob").path("rejected").asLong()).isEqualTo(1);

        segment.behaveWell();
        assertThat(run("bob").path("exit").asLong()).isEqualTo(1);
        assertThat(segment.members("vip")).containsExactly("bob");
        assertThat(inDoubt(jdbc)).isZero();
    }
}
