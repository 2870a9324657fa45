package io.cohortsync.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.cohortsync.route.RouteFile;
import io.cohortsync.route.RouteFiles;
import io.cohortsync.testing.AmplitudeSandbox;
import io.cohortsync.testing.AmplitudeServer;
import io.cohortsync.testing.CustomerIoServer;
import io.cohortsync.testing.JarProcess;
import io.cohortsync.testing.MixpanelServer;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.api.management.ManagedCamelContext;
import org.apache.camel.impl.engine.DefaultRouteController;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Every route that is shipped starts, says what it is for, and is used. */
class EveryRouteTest {

    @TempDir
    Path folder;

    @Test
    void everyRouteAndTemplateHasAnIdAndADescriptionAndHandlesExchangesInARunOfThemAll() throws Exception {
        Files.writeString(folder.resolve("vip.csv"), "user_id\nann\nbob\n");
        String database = "jdbc:h2:" + folder.resolve("shop");
        try (Connection shop = DriverManager.getConnection(database)) {
            shop.createStatement().execute("create table risk as select 'cleo' as user_id");
        }
        int port = JarProcess.freePort();
        try (SegmentServer segment = new SegmentServer();
                AmplitudeServer amplitude = new AmplitudeServer();
                CustomerIoServer customerIo = new CustomerIoServer();
                MixpanelServer mixpanel = new MixpanelServer();
                RunningApp app = RunningApp.start(
                        folder,
                        """
                        cohort-sync:
                          sandbox: { enabled: true }
                          sources:
                            amps: %s
                            exports: { type: file, directory: $DIR }
                            shop: { type: sql, url: "%s" }
                            amplitude: { type: amplitude, webhook-token: a-token }
                            mixpanel: { type: mixpanel, webhook-username: mp, webhook-password: mp-pw }
                            engage: { type: segment, shared-secret: abc123 }
                            mix: { %s }
                          targets:
                            web: { type: segment, write-key: wk_test, base-url: %s }
                            amp: { %s }
                            cio: { type: customerio, %s, base-url: %s }
                          syncs:
                            vip: { from: { source: exports, cohort: vip.csv }, schedule: manual, to: [ web, amp ] }
                            people: { from: { source: exports, cohort: vip.csv }, schedule: manual, to: [ cio ] }
                            vendor: { from: { source: amps, cohort: c1 }, schedule: manual, to: [ { target: web, trait: "V {name}" } ] }
                            risk: { from: { source: shop, query: "select user_id from risk" }, schedule: 1s, to: [ web ] }
                            pushed: { from: { source: amplitude, cohort: "1" }, schedule: on-change, to: [ web ] }
                            lapsed: { from: { source: mix, cohort: "12345" }, schedule: manual, to: [ web ] }
                            broken: { from: { source: exports, cohort: none.csv }, schedule: manual, to: [ { target: web, trait: "B {name}" } ] }
                        """.formatted(
                                        AmplitudeSandbox.source(port, ""),
                                        database,
                                        mixpanel.source(""),
                                        segment.url(),
                                        amplitude.target(""),
                                        CustomerIoServer.KEYS,
                                        customerIo.url()),
                        "--server.port=" + port)) {
            ModelCamelContext camel = (ModelCamelContext) app.bean(CamelContext.class);
            assertDescribed(camel);

            app.run("vip");
            app.runLink("people");
            JdbcClient state = app.bean(JdbcClient.class);
            state.sql("update delivery set closed_at = closed_at - interval '1' day")
                    .update();
            app.runLink("people");
            app.run("broken");
            AmplitudeSandbox sandbox = new AmplitudeSandbox(app);
            sandbox.define("c1", "Vendor", "[\"ann\"]");
            sandbox.behave("{\"inPlaceBelow\":0}");
            app.runLink("vendor");
            for (String source : List.of("amps", "exports", "shop")) {
                app.post("/api/sources/" + source + "/check");
            }
            app.get("/api/sources/exports/cohorts");
            app.get("/api/sources/engage/cohorts");
            pushed(app);
            mixpanel.cohort(12345, "Trial lapsed", "ann");
            app.runLink("lapsed");
            app.post("/api/sources/mix/check");
            app.post("/api/syncs/vip/plan");
            app.call("POST", "/api/syncs/vip/approve");
            for (String target : List.of("web", "amp", "cio")) {
                app.post("/api/targets/" + target + "/check");
            }
            app.post("/api/syncs/risk/run?wait=true");
            app.post("/api/syncs/people/repair");
            // That server has no downloads.
            app.call("POST", "/api/syncs/vip/verify");
            decided(app, state);
            // The one route that only a person uses.
            assertThat(camel.getRoutes()).extracting(Route::getRouteId).contains("sync-vip", "target-web");

            ManagedCamelContext managed = camel.getCamelContextExtension().getContextPlugin(ManagedCamelContext.class);
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                TreeSet<String> idle = new TreeSet<>();
                for (Route route : camel.getRoutes()) {
                    if (managed.getManagedRoute(route.getRouteId()).getExchangesTotal() == 0) {
                        idle.add(route.getRouteId());
                    }
                }
                // One on change fires every five minutes, which may be now.
                idle.remove("sync-pushed");
                assertThat(idle)
                        .as("those of manual syncs fire for nobody")
                        .containsExactly("sync-broken", "sync-lapsed", "sync-people", "sync-vendor", "sync-vip");
            });
            assertThat(camel.getRouteController()).isInstanceOf(DefaultRouteController.class);
        }
    }

    private static void decided(RunningApp app, JdbcClient state) {
        app.post("/api/syncs/people/resync?wait=true");
        assertThat(app.call("POST", "/api/syncs/people/rebaseline").statusCode())
                .isEqualTo(409);
        app.post("/api/syncs/people/rebaseline?forget=0");
        for (String column : List.of("identity", "place")) {
            state.sql("update link set " + column + " = replace(" + column + ", 'V Vendor', 'W Vendor')")
                    .update();
        }
        app.post("/api/syncs/vendor/accept-change?as=move&wait=true");
        app.call("POST", "/api/orphans/0/remove-members");
    }

    private static void pushed(RunningApp app) {
        app.push("/hooks/engage", "{\"audienceName\":\"vip\"}");
        app.push("/hooks/mixpanel", "{}");
        app.call("PUT", "/api/sources/amplitude/cohorts/1/members");
        app.push(
                "/hooks/amplitude",
                "{\"cohort_id\":\"1\",\"cohort_name\":\"one\",\"in_cohort\":true,\"users\":[{\"user_id\":\"ann\"}]}",
                "X-Webhook-Token",
                "a-token");
    }

    private static void assertDescribed(ModelCamelContext camel) {
        for (RouteDefinition route : camel.getRouteDefinitions()) {
            assertThat(route.getId()).doesNotMatch("route\\d+");
            assertThat(route.getDescriptionText())
                    .as("description of " + route.getId())
                    .isNotBlank();
        }
        List<RouteTemplateDefinition> templates = camel.getRouteTemplateDefinitions();
        assertThat(templates).extracting(RouteTemplateDefinition::getId).contains("sync", "destination-segment");
        for (RouteTemplateDefinition template : templates) {
            assertThat(template.getDescriptionText())
                    .as("description of " + template.getId())
                    .isNotBlank();
            template.getTemplateParameters()
                    .forEach(parameter -> assertThat(parameter.getDescription())
                            .as(template.getId() + " " + parameter.getName())
                            .isNotBlank());
            assertThat(camel.getRoutes())
                    .as("routes made of " + template.getId())
                    .anyMatch(route ->
                            template.getId().equals(route.getProperties().get("templateId"))
                                    || (template.getId().equals("sync")
                                            && route.getRouteId().startsWith("sync-"))
                                    || (template.getId().startsWith("check-")
                                            && route.getRouteId().startsWith("check-"))
                                    || (template.getId().startsWith("read-back-")
                                            && route.getRouteId().startsWith("read-back-"))
                                    || (template.getId().startsWith("destination-")
                                            && route.getRouteId().startsWith("target-")));
        }
    }

    @Test
    void everyShippedFileIsOneOfThoseThatTheRoutesOfARunningApplicationComeFrom() {
        try (RunningApp app = RunningApp.start(folder, "cohort-sync: {}")) {
            ModelCamelContext camel = (ModelCamelContext) app.bean(CamelContext.class);
            for (RouteFile file : RouteFiles.find()) {
                for (String line :
                        file.text().lines().filter(l -> l.matches("    id: .*")).toList()) {
                    String id = line.replace("id:", "").strip();
                    assertThat(camel.getRouteDefinition(id) != null
                                    || camel.getRouteTemplateDefinition(id) != null
                                    || camel.getRouteConfigurationDefinition(id) != null)
                            .as(id + " of " + file.path())
                            .isTrue();
                }
            }
        }
    }
}
