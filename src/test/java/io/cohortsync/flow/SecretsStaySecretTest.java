package io.cohortsync.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.AmplitudeSandbox;
import io.cohortsync.testing.JarProcess;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.TabularData;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Recognisable secrets are configured, and looked for wherever anything is shown. */
@ExtendWith(OutputCaptureExtension.class)
class SecretsStaySecretTest {

    private static final String KEY = "wk&Sesame\"7Kq2";
    private static final String PASSWORD = "pw-Tulip<9Zx4>";

    /** Of KEY, and of what stands in the header it goes out in. */
    private static final List<String> NEVER = List.of(
            "Sesame",
            "Tulip",
            "Marigold",
            "Begonia",
            // Of every pre-signed link.
            "X-Amz-",
            Base64.getEncoder().encodeToString((KEY + ":").getBytes(StandardCharsets.UTF_8)),
            Base64.getEncoder()
                    .encodeToString(KEY.getBytes(StandardCharsets.UTF_8))
                    .substring(0, 12));

    /** As a user's own destination may use a secret. */
    private static final String CUSTOM = """
            - routeTemplate:
                id: custom
                description: Uses its secret in every way.
                parameters:
                  - name: api-key
                from:
                  uri: direct:target-custom
                  steps:
                    - setHeader:
                        name: Authorization
                        constant: "Bearer {{api-key}}"
                    - setVariable:
                        name: token
                        simple: "token={{api-key}}"
                    - to: "log:custom?marker=RAW({{api-key}})"
            """;

    private static final Set<String> SHOWING = Set.of("dump", "explain", "list", "browse", "find");

    private final SegmentServer segment = new SegmentServer();

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        segment.close();
    }

    private String yaml() {
        return """
                cohort-sync:
                  sources:
                    exports: { type: file, directory: $DIR }
                    shop: { type: sql, url: "jdbc:h2:mem:secret-shop", username: reader, password: "pw-Tulip<9Zx4>" }
                  targets:
                    web: { type: segment, write-key: 'wk&Sesame"7Kq2', base-url: %s }
                  syncs:
                    vip: { from: { source: exports, cohort: vip.csv }, schedule: manual, to: [ web ] }
                    risk: { from: { source: shop, query: "select nobody from nothing" }, schedule: manual, to: [ { target: web, trait: "Risk {name}" } ] }
                logging.level.io.cohortsync: DEBUG
                """.formatted(segment.url());
    }

    private static void assertSilent(String where, Object shown) {
        assertThat(String.valueOf(shown)).as(where).doesNotContain(NEVER);
    }

    @Test
    void noAttributeAndNoDumpOfAnyMBeanShowsASecret() throws Exception {
        Files.writeString(folder.resolve("vip.csv"), "user_id\nann\n");
        try (RunningApp app = RunningApp.start(folder, yaml())) {
            CamelContext camel = app.bean(CamelContext.class);
            PluginHelper.getRoutesLoader(camel)
                    .loadRoutes(ResourceHelper.fromString(
                            "custom.camel.yaml", CUSTOM.replace("mock:x?retainFirst=1", "log:x")));
            TemplatedRouteBuilder.builder(camel, "custom")
                    .routeId("target-custom")
                    .prefixId("target-custom")
                    .parameter("api-key", KEY)
                    .add();
            app.runLink("vip");

            Map<String, Integer> shown = new LinkedHashMap<>();
            MBeanServer jmx = ManagementFactory.getPlatformMBeanServer();
            for (ObjectName name : jmx.queryNames(null, null)) {
                readAll(jmx, name, shown);
            }
            assertThat(shown.get("attribute")).isGreaterThan(1_000);
            assertThat(shown.get("operation")).isGreaterThan(100);

            String dump = (String) jmx.invoke(
                    new ObjectName("org.apache.camel:context=cohort-sync,type=routes,name=\"target-custom\""),
                    "dumpRouteAsXml",
                    new Object[] {true},
                    new String[] {"boolean"});
            assertThat(dump).contains("Bearer ***");
        }
    }

    private static void readAll(MBeanServer jmx, ObjectName name, Map<String, Integer> shown) throws JMException {
        for (MBeanAttributeInfo attribute : jmx.getMBeanInfo(name).getAttributes()) {
            try {
                assertSilent(name + " " + attribute.getName(), text(jmx.getAttribute(name, attribute.getName())));
                shown.merge("attribute", 1, Integer::sum);
            } catch (JMException | RuntimeException unreadable) {
                assertSilent(name + " " + attribute.getName(), unreadable);
            }
        }
        for (MBeanOperationInfo operation : jmx.getMBeanInfo(name).getOperations()) {
            if (name.getDomain().equals("org.apache.camel")
                    && SHOWING.stream().anyMatch(operation.getName()::startsWith)) {
                String[] signature = Arrays.stream(operation.getSignature())
                        .map(parameter -> parameter.getType())
                        .toArray(String[]::new);
                try {
                    assertSilent(
                            name + " " + operation.getName() + Arrays.toString(signature),
                            text(jmx.invoke(name, operation.getName(), arguments(signature), signature)));
                    shown.merge("operation", 1, Integer::sum);
                } catch (JMException | RuntimeException refused) {
                    assertSilent(name + " " + operation.getName(), refused);
                }
            }
        }
    }

    private static Object[] arguments(String[] signature) {
        List<Object> arguments = new ArrayList<>();
        for (String type : signature) {
            switch (type) {
                case "boolean", "java.lang.Boolean" -> arguments.add(true);
                case "int", "java.lang.Integer" -> arguments.add(100);
                case "long", "java.lang.Long" -> arguments.add(100L);
                default -> arguments.add(null);
            }
        }
        return arguments.toArray();
    }

    private static String text(Object value) {
        if (value instanceof Object[] array) {
            return Arrays.deepToString(array);
        }
        return value instanceof TabularData table ? table.values().toString() : String.valueOf(value);
    }

    @Test
    void aRefusalThatQuotesTheKeyIsKeptAndLoggedWithoutIt(CapturedOutput console) throws IOException {
        Files.writeString(folder.resolve("vip.csv"), "user_id\nann\n");
        String quoting = "{\"error\":\"no source has the key wk&Sesame\\\"7Kq2\"}";
        segment.behave(request -> new SegmentServer.Answer(false, 401, Map.of(), quoting, 0));
        try (RunningApp app = RunningApp.start(folder, yaml())) {
            JsonNode link = app.runLink("vip");
            assertThat(link.path("error").asText()).contains("HTTP 401", "no source has the key ***");
            assertSilent("the run", link);
            app.run("risk");

            for (String path : List.of(
                    "/api/syncs", "/api/syncs/vip", "/api/targets", "/api/sources", "/api/runs", "/api/dead-letters")) {
                assertSilent(path, app.get(path));
            }
            assertSilent("plan", app.call("POST", "/api/syncs/risk/plan").body());
            assertSilent("health", app.call("GET", "/actuator/health").body());
            assertSilent("metrics", app.call("GET", "/actuator/prometheus").body());
        }
        assertThat(console.getAll()).contains("HTTP 401");
        assertSilent("the console at DEBUG", console.getAll());
    }

    @Test
    void aLinkToACohortsFileIsShownNowhereNorAreTheKeysThatAskedForIt(CapturedOutput console) throws Exception {
        int port = JarProcess.freePort();
        String amplitude = AmplitudeSandbox.source(port, "")
                .replace("amp-key", "ak-Marigold1")
                .replace("amp-secret", "sk-Begonia22");
        try (RunningApp app =
                RunningApp.start(folder, """
                cohort-sync:
                  sandbox: { enabled: true }
                  sources:
                    amp: %s
                  targets:
                    web: { type: segment, write-key: wk_link, base-url: %s }
                  syncs:
                    linked: { from: { source: amp, cohort: c1 }, schedule: manual, to: [ web ] }
                logging.level.io.cohortsync: DEBUG
                """.formatted(amplitude, segment.url()), "--server.port=" + port)) {
            AmplitudeSandbox sandbox = new AmplitudeSandbox(app);
            sandbox.define("c1", "Linked", "[\"ann\"]");
            sandbox.behave("{\"inPlaceBelow\":0}");
            assertThat(app.runLink("linked").path("accepted").asLong()).isEqualTo(1);
            assertThat(sandbox.requests().findValuesAsText("path")).anyMatch(path -> path.contains("/files/"));

            // As S3 answers, with what it was signed with in it; then no answer at all.
            for (String fault :
                    List.of("{\"path\":\"/files/\",\"status\":403}", "{\"path\":\"/files/\",\"drop\":\"before\"}")) {
                sandbox.noFaults();
                sandbox.compute("c1");
                sandbox.fault(fault);
                JsonNode run = app.run("linked");
                assertThat(run.path("state").asText()).isEqualTo("failed");
                assertSilent("the run", run);
            }
            app.post("/api/sources/amp/check");
            for (String path : List.of("/api/syncs", "/api/sources", "/api/sources/amp/cohorts", "/api/runs")) {
                assertSilent(path, app.get(path));
            }
            Map<String, Integer> shown = new LinkedHashMap<>();
            MBeanServer jmx = ManagementFactory.getPlatformMBeanServer();
            for (ObjectName name : jmx.queryNames(new ObjectName("org.apache.camel:*"), null)) {
                assertSilent("a name", name);
                readAll(jmx, name, shown);
            }
            assertThat(shown.get("attribute")).isGreaterThan(1_000);
        }
        assertThat(console.getAll()).contains("could not be fetched");
        assertSilent("the console at DEBUG", console.getAll());
    }
}
