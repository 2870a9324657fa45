package io.cohortsync.mixpanel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.MixpanelServer;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** S3 from end to end: a Mixpanel cohort is a trait of Segment's. */
class MixpanelToSegmentTest {

    private final MixpanelServer mixpanel = new MixpanelServer();
    private final SegmentServer segment = new SegmentServer();

    @TempDir
    Path folder;

    private RunningApp app;

    @BeforeEach
    void start() {
        app = RunningApp.start(folder, """
                cohort-sync:
                  sources:
                    product: { %s }
                  targets:
                    web: { type: segment, write-key: wk_test, base-url: %s }
                    mail: { type: segment, write-key: wk_mail, base-url: %s }
                  syncs:
                    lapsed: { from: { source: product, cohort: "12345" }, schedule: manual, to: [ web ] }
                    mails:
                      from: { source: product, cohort: "12345" }
                      schedule: manual
                      to: [ { target: mail, trait: "{name} ({id})", member-key: "property:$email" }, { target: web, trait: "both {id}" } ]
                """.formatted(mixpanel.source("/eu"), segment.url(), segment.url()));
    }

    @AfterEach
    void stop() {
        Books.assertBalanced(app.bean(JdbcTemplate.class));
        app.close();
        mixpanel.close();
        segment.close();
    }

    @Test
    void theFirstRunSendsAllAndLaterOnesWhoEnteredAndWhoLeft() {
        mixpanel.cohort(12345, "Trial lapsed", "ann", "bob", "cleo");
        JsonNode first = app.runLink("lapsed");

        assertThat(first.path("state").asText()).as(first.toString()).isEqualTo("succeeded");
        assertThat(first.path("accepted").asLong()).isEqualTo(3);
        assertThat(segment.members("Mixpanel - Trial lapsed")).containsExactly("ann", "bob", "cleo");
        for (SegmentServer.Request request : segment.requests()) {
            for (JsonNode event : request.body().path("batch")) {
                assertThat(event.path("type").asText()).isEqualTo("identify");
                assertThat(event.path("context").has("integration")).isFalse();
            }
        }

        segment.forgetRequests();
        mixpanel.cohort(12345, "Trial lapsed", "bob", "cleo", "dora");
        JsonNode second = app.runLink("lapsed");

        assertThat(second.path("same").asLong()).isEqualTo(2);
        assertThat(second.path("enter").asLong()).isEqualTo(1);
        assertThat(second.path("exit").asLong()).isEqualTo(1);
        assertThat(second.path("accepted").asLong()).isEqualTo(2);
        assertThat(segment.requests().stream()
                        .flatMap(request -> request.userIds().stream())
                        .toList())
                .containsExactlyInAnyOrder("ann", "dora");
        assertThat(segment.members("Mixpanel - Trial lapsed")).containsExactly("bob", "cleo", "dora");

        segment.forgetRequests();
        assertThat(app.runLink("lapsed").path("same").asLong()).isEqualTo(3);
        assertThat(segment.requests()).isEmpty();
    }

    @Test
    void aPlanReadsAndSendsNothing() {
        mixpanel.cohort(12345, "Trial lapsed", "ann", "bob");
        JsonNode plan = app.post("/api/syncs/lapsed/plan");

        assertThat(plan.toString()).contains("\"enter\":2");
        assertThat(segment.requests()).isEmpty();
    }

    @Test
    void oneReadingServesTargetsThatKnowPeopleByTheirIdAndByAProperty() {
        mixpanel.results(
                12345,
                "Trial lapsed",
                "{\"$distinct_id\":\"d-1\",\"$properties\":{\"$email\":\"ann@example.com\"}}",
                "{\"$distinct_id\":\"d-2\",\"$properties\":{\"$email\":\" \"}}",
                "{\"$distinct_id\":\"d-3\",\"$properties\":{}}",
                "{\"$distinct_id\":\"d-4\",\"$properties\":{\"$email\":[\"a@example.com\",\"b@example.com\"]}}",
                "{\"$distinct_id\":\"d-5\",\"$properties\":{\"$email\":\"ann@example.com\"}}",
                "{\"$distinct_id\":1e21,\"$properties\":{\"$email\":42}}",
                "{\"$distinct_id\":900719925474099312,\"$properties\":{\"$email\":\"eve@example.com\"}}");
        JsonNode run = app.run("mails");
        JsonNode mail = run.path("targets").path(0);

        assertThat(run.path("read").asLong()).isEqualTo(7);
        assertThat(mail.path("anonymous").asLong()).isEqualTo(2);
        assertThat(mail.path("invalid").asLong()).isEqualTo(1);
        assertThat(mail.path("duplicate").asLong()).isEqualTo(1);
        assertThat(segment.members("Trial lapsed (12345)")).containsExactly("42", "ann@example.com", "eve@example.com");
        assertThat(segment.members("both 12345"))
                .containsExactly("1000000000000000000000", "900719925474099312", "d-1", "d-2", "d-3", "d-4", "d-5");
        assertThat(MixpanelServer.form(mixpanel.requests("/engage").get(0)))
                .containsEntry("output_properties", "[\"$email\"]");
    }
}
