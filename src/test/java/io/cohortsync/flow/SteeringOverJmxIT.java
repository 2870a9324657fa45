package io.cohortsync.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.JarProcess;
import io.cohortsync.testing.SegmentServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real JMX client steers the packed application. */
class SteeringOverJmxIT {

    private static final Duration SOON = Duration.ofSeconds(10);

    private static final SegmentServer SEGMENT = new SegmentServer();

    @TempDir
    static Path folder;

    /** One for all tests, because a start takes its time. */
    private static JarProcess app;

    private static JMXConnector connector;
    private static MBeanServerConnection jmx;

    @BeforeAll
    static void layOut() throws IOException {
        Files.writeString(folder.resolve("vip.csv"), "user_id\nann\nbob\n");
        Files.writeString(folder.resolve("application.yaml"), """
                cohort-sync:
                  sources:
                    exports: { type: file, directory: . }
                  targets:
                    web: { type: segment, write-key: wk_test, base-url: %s }
                  syncs:
                    vip: { from: { source: exports, cohort: vip.csv }, schedule: manual, to: [ web ] }
                    nightly: { from: { source: exports, cohort: vip.csv }, schedule: { daily: "03:00" }, to: [ { target: web, trait: "Night {name}" } ] }
                    unused: { from: { source: exports, cohort: vip.csv }, enabled: false, to: [ { target: web, trait: "Unused {name}" } ] }
                  security: { open: true }
                """.formatted(SEGMENT.url()));
        start();
    }

    private static void start() throws IOException {
        app = JarProcess.start(folder).awaitUp();
        connector = app.jmx();
        jmx = connector.getMBeanServerConnection();
    }

    private static void restart() throws IOException, InterruptedException {
        connector.close();
        assertThat(app.terminate()).isLessThan(Duration.ofSeconds(20));
        start();
    }

    @AfterAll
    static void stop() throws IOException {
        connector.close();
        app.close();
        SEGMENT.close();
    }

    @BeforeEach
    void begin() throws IOException {
        app.json("POST", "/api/syncs/vip/resume");
        app.json("POST", "/api/syncs/nightly/resume");
        app.json("POST", "/api/targets/web/resume");
        awaitState("sync-vip", "Started");
        awaitState("sync-nightly", "Started");
        awaitState("target-web", "Started");
        SEGMENT.forgetRequests();
        cohort();
    }

    /** The cohort is somebody else each time. */
    private Set<String> cohort() throws IOException {
        Set<String> members = new TreeSet<>(Set.of("ann-" + System.nanoTime(), "bob-" + System.nanoTime()));
        Files.writeString(folder.resolve("vip.csv"), "user_id\n" + String.join("\n", members) + "\n");
        return members;
    }

    private static ObjectName route(String id) throws JMException {
        return new ObjectName("org.apache.camel:context=cohort-sync,type=routes,name=\"" + id + "\"");
    }

    private Object attribute(String route, String name) throws JMException, IOException {
        return jmx.getAttribute(route(route), name);
    }

    private void invoke(String route, String operation) throws JMException, IOException {
        jmx.invoke(route(route), operation, new Object[0], new String[0]);
    }

    private void awaitState(String route, String state) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(attribute(route, "State")).isEqualTo(state));
    }

    private boolean paused(String what, String name) {
        for (JsonNode one : app.json("GET", "/api/" + what)) {
            if (one.path("name").asText().equals(name)) {
                return one.path("paused").asBoolean();
            }
        }
        throw new IllegalArgumentException(name);
    }

    private String health() {
        return app.json("GET", "/actuator/health").path("status").asText();
    }

    private static Set<String> nodes(String route) throws JMException, IOException {
        Set<String> nodes = new TreeSet<>();
        ObjectName every = new ObjectName("org.apache.camel:context=cohort-sync,type=processors,*");
        for (ObjectName node : jmx.queryNames(every, null)) {
            if (route.equals(jmx.getAttribute(node, "RouteId"))) {
                nodes.add(ObjectName.unquote(node.getKeyProperty("name")));
            }
        }
        return nodes;
    }

    @Test
    void everyConfiguredSyncAndTargetIsARouteWithWordsAndNodeIdsOfItsOwn() throws Exception {
        Set<String> routes =
                jmx.queryNames(new ObjectName("org.apache.camel:context=cohort-sync,type=routes,*"), null).stream()
                        .map(name -> ObjectName.unquote(name.getKeyProperty("name")))
                        .filter(name -> name.startsWith("sync-") || name.startsWith("target-"))
                        .collect(Collectors.toCollection(TreeSet::new));

        assertThat(routes).containsExactly("sync-nightly", "sync-vip", "target-web");
        for (String route : routes) {
            assertThat(attribute(route, "State")).isEqualTo("Started");
            assertThat((String) attribute(route, "Description")).isNotBlank();
            assertThat(nodes(route))
                    .as("nodes of " + route)
                    .isNotEmpty()
                    .allMatch(node -> node.startsWith(route + "-"));
        }
    }

    @Test
    void whatIsSuspendedOverJmxIsPausedEverywhereAndStaysSoAfterARestart() throws Exception {
        invoke("sync-nightly", "suspend");
        invoke("target-web", "suspend");

        assertThat(attribute("sync-nightly", "State")).isEqualTo("Suspended");
        assertThat(paused("syncs", "nightly")).isTrue();
        assertThat(paused("syncs", "vip")).isFalse();
        assertThat(paused("targets", "web")).isTrue();
        assertThat(app.call("POST", "/api/syncs/nightly/run").statusCode()).isEqualTo(409);
        assertThat(health()).isEqualTo("UP");

        Set<String> members = cohort();
        JsonNode link = app.runLink("vip");
        assertThat(link.path("state").asText()).isEqualTo("incomplete");
        assertThat(link.path("waiting").asLong())
                .isEqualTo(link.path("enter").asLong() + link.path("exit").asLong());
        assertThat(link.path("error").asText()).isEqualTo("target web is paused");
        assertThat(SEGMENT.requests()).isEmpty();

        restart();
        awaitState("sync-nightly", "Suspended");
        awaitState("target-web", "Suspended");
        assertThat(attribute("sync-vip", "State")).isEqualTo("Started");
        assertThat(paused("syncs", "nightly")).isTrue();
        // What nobody paused was not paused by the stop either.
        assertThat(paused("syncs", "vip")).isFalse();
        assertThat(paused("targets", "web")).isTrue();
        assertThat(health()).isEqualTo("UP");

        invoke("target-web", "resume");
        invoke("sync-nightly", "resume");
        assertThat(paused("targets", "web")).isFalse();
        assertThat(paused("syncs", "nightly")).isFalse();
        assertThat(app.runLink("vip").path("drift").asLong()).isZero();
        assertThat(app.runLink("nightly").path("drift").asLong()).isZero();
        assertThat(SEGMENT.members("vip")).isEqualTo(members);
    }

    @Test
    void stopAndStartMeanTheSameAsSuspendAndResume() throws Exception {
        invoke("sync-vip", "stop");
        invoke("target-web", "stop");
        assertThat(attribute("sync-vip", "State")).isEqualTo("Stopped");
        assertThat(paused("syncs", "vip")).isTrue();
        assertThat(paused("targets", "web")).isTrue();

        invoke("sync-vip", "start");
        invoke("target-web", "start");
        assertThat(paused("syncs", "vip")).isFalse();
        assertThat(paused("targets", "web")).isFalse();
        assertThat(app.runLink("vip").path("drift").asLong()).isZero();
        assertThat(SEGMENT.requests()).isNotEmpty();

        invoke("sync-vip", "suspend");
        invoke("sync-vip", "start");
        assertThat(paused("syncs", "vip")).isFalse();
        assertThat(attribute("sync-vip", "State")).isEqualTo("Started");

        invoke("target-web", "stop");
        app.json("POST", "/api/targets/web/resume");
        awaitState("target-web", "Started");
    }

    @Test
    void aPauseOverTheApiSuspendsTheRouteAndARunRightAfterTheResumeDelivers() throws Exception {
        app.json("POST", "/api/syncs/nightly/pause");
        app.json("POST", "/api/targets/web/pause");
        awaitState("sync-nightly", "Suspended");
        awaitState("target-web", "Suspended");
        assertThat(health()).isEqualTo("UP");

        app.json("POST", "/api/syncs/nightly/resume");
        app.json("POST", "/api/targets/web/resume");
        assertThat(app.runLink("vip").path("drift").asLong()).isZero();
        assertThat(SEGMENT.requests()).isNotEmpty();
        awaitState("sync-nightly", "Started");
        awaitState("target-web", "Started");
    }

    @Test
    void theLastWordOverJmxCountsHoweverFastTheyFollowEachOther() throws Exception {
        for (int i = 0; i < 30; i++) {
            invoke("sync-vip", "suspend");
            assertThat(attribute("sync-vip", "State")).isEqualTo("Suspended");
            assertThat(paused("syncs", "vip")).isTrue();
            invoke("sync-vip", "resume");
            assertThat(attribute("sync-vip", "State")).isEqualTo("Started");
            assertThat(paused("syncs", "vip")).isFalse();
        }
        invoke("sync-vip", "suspend");
        await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(6)).untilAsserted(() -> {
            assertThat(attribute("sync-vip", "State")).isEqualTo("Suspended");
            assertThat(paused("syncs", "vip")).isTrue();
        });
    }
}
