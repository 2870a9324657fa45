package io.cohortsync.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.AmplitudeServer;
import io.cohortsync.testing.Engage;
import io.cohortsync.testing.RunningApp;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.api.management.ManagedCamelContext;
import org.apache.camel.api.management.mbean.ManagedRouteMBean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** S2: a Segment Engage audience goes to Amplitude Cohorts, from the audience's hook to the cohort's members. */
class EngageToAmplitudeTest {

    private static final String EARLY = "2026-11-21T10:00:00.000Z";
    private static final String LATE = "2026-11-21T11:00:00.000Z";

    private final AmplitudeServer amplitude = new AmplitudeServer();

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        amplitude.close();
    }

    private RunningApp start(String schedule) {
        return RunningApp.start(folder, """
                cohort-sync:
                  sources:
                    engage: { type: segment, shared-secret: abc123 }
                  targets:
                    amp: { %s }
                  syncs:
                    vip:
                      from: { source: engage, cohort: vip_users }
                      schedule: %s
                      guard: { max-exits: off }
                      to: [ { target: amp, id-type: user-id, cohort-name: "VIP of {name} ({id})", owner: crm@example.com } ]
                    by-amplitude-id:
                      from: { source: engage, cohort: vip_users, cohort-name: By id, member-key: "property:amplitude_id" }
                      schedule: manual
                      to: [ { target: amp, id-type: amplitude-id, owner: crm@example.com } ]
                """.formatted(amplitude.target(""), schedule));
    }

    private static void send(RunningApp app, String body) {
        assertThat(app.push("/hooks/engage", body, "X-Signature", Engage.signature("abc123", body))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void theFirstSyncCreatesTheCohortAndLaterOnesAddAndRemove() {
        try (RunningApp app = start("manual")) {
            app.push("/hooks/engage", "{\"audienceName\":\"VIPs\"}");
            send(
                    app,
                    "[" + Engage.identify("ann", "vip_users", true, EARLY) + ","
                            + Engage.track("bob", "vip_users", true, EARLY) + "]");

            JsonNode first = app.runLink("vip");
            assertThat(first.path("enter").asLong()).isEqualTo(2);
            assertThat(first.path("accepted").asLong()).isEqualTo(2);
            String name = "VIP of VIPs (vip_users)";
            assertThat(amplitude.members(name)).containsExactlyInAnyOrder("ann", "bob");
            assertThat(amplitude.requests("/cohorts/upload").get(0).body().toString())
                    .contains("\"owner\":\"crm@example.com\"", "\"id_type\":\"BY_USER_ID\"");

            send(app, Engage.track("bob", "vip_users", false, LATE));
            send(app, Engage.identify("cleo", "vip_users", true, LATE));
            JsonNode second = app.runLink("vip");
            assertThat(List.of(
                            second.path("same").asLong(),
                            second.path("enter").asLong(),
                            second.path("exit").asLong(),
                            second.path("drift").asLong()))
                    .containsExactly(1L, 1L, 1L, 0L);
            assertThat(amplitude.members(name)).containsExactlyInAnyOrder("ann", "cleo");
        }
    }

    @Test
    void theMemberMayBeAnAmplitudeId() {
        try (RunningApp app = start("manual")) {
            send(
                    app,
                    Engage.identify("ann", "vip_users", true, EARLY)
                            .replace("\"email\"", "\"amplitude_id\":356893043036,\"email\""));
            send(app, Engage.identify("bob", "vip_users", true, EARLY));

            JsonNode run = app.runLink("by-amplitude-id");
            assertThat(run.path("enter").asLong()).isEqualTo(1);
            assertThat(run.path("anonymous").asLong()).isEqualTo(1);
            assertThat(amplitude.members("By id")).containsExactly("356893043036");
        }
    }

    @Test
    void onChangeARunFollowsWithinSecondsOfAPushAndNoneWithoutOne() {
        try (RunningApp app = start("on-change")) {
            awaitTwoMoreLooks(app);
            assertThat(app.get("/api/runs?sync=vip")).isEmpty();
            send(app, Engage.identify("ann", "vip_users", true, EARLY));
            awaitMembers("ann");
            send(app, Engage.identify("bob", "vip_users", true, EARLY));
            awaitMembers("ann", "bob");
            int runs = app.get("/api/runs?sync=vip").size();

            // Sent again, it is nothing new.
            send(app, Engage.identify("bob", "vip_users", true, EARLY));
            awaitTwoMoreLooks(app);
            assertThat(app.get("/api/runs?sync=vip")).hasSize(runs);
        }
    }

    /** The route that looks for changes has done so from beginning to end since now, twice. */
    private static void awaitTwoMoreLooks(RunningApp app) {
        ManagedRouteMBean route = app.bean(CamelContext.class)
                .getCamelContextExtension()
                .getContextPlugin(ManagedCamelContext.class)
                .getManagedRoute("on-change");
        long seen = route.getExchangesCompleted();
        await().atMost(Duration.ofSeconds(30)).until(() -> route.getExchangesCompleted() >= seen + 2);
    }

    private void awaitMembers(String... members) {
        await().atMost(Duration.ofSeconds(20))
                .ignoreExceptionsInstanceOf(AssertionError.class)
                .until(() -> amplitude.members("VIP of VIPs (vip_users)").equals(Set.of(members)));
    }
}
