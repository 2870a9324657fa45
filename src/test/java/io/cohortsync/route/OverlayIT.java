package io.cohortsync.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.JarProcess;
import io.cohortsync.testing.SegmentServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Route files beside the packed jar: a destination of one's own, and what is told when one is wrong. */
class OverlayIT {

    private static final String BRAZE_LIKE = """
            - routeTemplate:
                id: destination-braze-like
                description: A destination that somebody else wrote.
                parameters:
                  - name: target
                    description: The target's name.
                  - name: api-key
                    description: The REST key.
                  - name: base-url
                    description: Where the API is.
                  - name: brand
                    description: Which brand the people belong to.
                  - name: batch-size
                    description: Changes in a call.
                    defaultValue: "2"
                from:
                  uri: "direct:target-{{target}}"
                  steps:
                    - marshal:
                        json:
                          library: Jackson
                    - setHeader:
                        name: Authorization
                        constant: "Bearer {{api-key}}"
                    - setHeader:
                        name: X-Where
                        simple: "{{brand}}/${variable.sync}/${variable.cohortName}"
                    - setHeader:
                        name: Content-Type
                        constant: application/json
                    - setHeader:
                        name: CamelHttpMethod
                        constant: POST
                    - to: "{{base-url}}/users/track"
                    - removeHeaders:
                        pattern: "*"
            """;

    private final SegmentServer server = new SegmentServer();

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        server.close();
    }

    private void route(String path, String text) throws Exception {
        Path file = folder.resolve("routes").resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void target(String target) throws Exception {
        Files.writeString(folder.resolve("vip.csv"), "user_id\nann\nbob\ncleo\n");
        Files.writeString(folder.resolve("application.yaml"), """
                cohort-sync:
                  sources: { exports: { type: file, directory: . } }
                  targets: { mine: %s }
                  syncs: { vip: { from: { source: exports, cohort: vip.csv }, schedule: manual, to: [ mine ] } }
                  security: { open: true }
                """.formatted(target));
    }

    @Test
    void aFileWithATemplateIsADestination() throws Exception {
        route("destinations/braze-like.camel.yaml", BRAZE_LIKE);
        // Hides the packaged file, whose route cannot be what this one says.
        route("sources/file.camel.yaml", """
                - route:
                    id: source-file
                    description: Mine.
                    from:
                      uri: direct:source-file
                      steps:
                        - log:
                            message: "my own file route reads ${variable.comparison.sync.cohort}"
                            loggingLevel: WARN
                        - setBody:
                            method:
                              ref: fileSnapshots
                              method: "open(${variable.comparison.sync.source.directory}, ${variable.comparison.sync.cohort}, ${variable.comparison.columns})"
                """);
        target("{ type: braze-like, api-key: rest-key-1, brand: acme, base-url: \"%s/eu\" }".formatted(server.url()));
        try (JarProcess app = JarProcess.start(folder).awaitUp()) {
            JsonNode link = app.runLink("vip");
            assertThat(link.path("accepted").asLong()).as(app.console()).isEqualTo(3);
            assertThat(app.console())
                    .contains("my own file route reads vip.csv")
                    .doesNotContain("rest-key-1");
        }
        assertThat(server.requests()).hasSize(2);
        SegmentServer.Request first = server.requests().get(0);
        assertThat(first.method() + " " + first.path()).isEqualTo("POST /eu/users/track");
        assertThat(first.headers())
                .containsEntry("Authorization", "Bearer rest-key-1")
                .containsEntry("X-Where", "acme/vip/vip")
                .containsEntry("Content-Type", "application/json");
        assertThat(first.headers().keySet()).noneMatch(name -> name.startsWith("Camel"));
        List<String> sent = new ArrayList<>();
        for (SegmentServer.Request request : server.requests()) {
            request.body().forEach(change -> {
                sent.add(change.path("memberKey").asText() + " " + change.path("enter"));
                assertThat(change.path("fields").fieldNames()).toIterable().containsExactly("messageId");
                assertThat(change).hasSize(3);
            });
        }
        assertThat(sent).containsExactlyInAnyOrder("ann true", "bob true", "cleo true");
        assertThat(first.body()).hasSize(2);
    }

    @Test
    void unknownAndMissingOptionsAreRefusedInWords() throws Exception {
        route("destinations/braze-like.camel.yaml", BRAZE_LIKE);
        target("{ type: braze-like, api-kei: rest-key-1, base-url: \"%s\" }".formatted(server.url()));
        try (JarProcess app = JarProcess.start(folder)) {
            assertThat(app.awaitEnd()).isEqualTo(1);
            assertThat(app.console())
                    .contains("The configuration has 3 problems:", "api-kei", "api-key", "The REST key", "brand")
                    .doesNotContain("\tat ", "rest-key-1");
        }
    }

    @Test
    void aBrokenFileIsToldWithItsLineAndEndsTheStart() throws Exception {
        route("destinations/braze-like.camel.yaml", BRAZE_LIKE.replace("- marshal:", "- marshall:"));
        target("{ type: braze-like, api-key: rest-key-1, brand: acme, base-url: \"%s\" }".formatted(server.url()));
        try (JarProcess app = JarProcess.start(folder)) {
            assertThat(app.awaitEnd()).isEqualTo(1);
            assertThat(app.console())
                    .containsPattern("routes/destinations/braze-like.camel.yaml, line \\d+")
                    .contains("marshall")
                    .doesNotContain("\tat ", "rest-key-1");
        }
    }

    @Test
    void anAddressThatCannotBeIsToldWithItsRouteAndWithoutTheSecret() throws Exception {
        route(
                "destinations/braze-like.camel.yaml",
                BRAZE_LIKE.replace("\"{{base-url}}/users/track\"", "\"htpp://x?key={{api-key}}\""));
        target("{ type: braze-like, api-key: rest-key-1, brand: acme, base-url: \"%s\" }".formatted(server.url()));
        try (JarProcess app = JarProcess.start(folder)) {
            assertThat(app.awaitEnd()).isEqualTo(1);
            assertThat(app.console())
                    .contains("target-mine", "htpp://x?key=***")
                    .doesNotContain("\tat ", "rest-key-1");
        }
    }
}
