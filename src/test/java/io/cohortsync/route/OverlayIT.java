package io.cohortsync.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.JarProcess;
import io.cohortsync.testing.Readme;
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

    /** As README.md shows it; 2 people in a call, so that a few make several. */
    private static final String BRAZE = Readme.yaml("# routes/destinations/braze.camel.yaml");

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
        Files.writeString(folder.resolve("vip.csv"), "user_id\nann\n\"b\"\"o'b, ${body}\"\n0042\n");
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
        route("destinations/braze.camel.yaml", BRAZE);
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
        target("{ type: braze, api-key: rest-key-1, batch-size: 2, base-url: \"%s/eu\" }".formatted(server.url()));
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
                .containsEntry("Content-Type", "application/json");
        assertThat(first.headers().keySet()).noneMatch(name -> name.startsWith("Camel"));
        List<String> sent = new ArrayList<>();
        for (SegmentServer.Request request : server.requests()) {
            assertThat(request.body().fieldNames()).toIterable().containsExactly("attributes");
            request.body().path("attributes").forEach(person -> sent.add(person.toString()));
        }
        assertThat(sent)
                .containsExactlyInAnyOrder(
                        "{\"external_id\":\"ann\",\"vip\":true}",
                        "{\"external_id\":\"b\\\"o'b, ${body}\",\"vip\":true}",
                        "{\"external_id\":\"0042\",\"vip\":true}");
        assertThat(first.body().path("attributes")).hasSize(2);
    }

    @Test
    void unknownAndMissingOptionsAreRefusedInWords() throws Exception {
        route("destinations/braze.camel.yaml", BRAZE);
        target("{ type: braze, api-kei: rest-key-1, base-url: \"%s\" }".formatted(server.url()));
        try (JarProcess app = JarProcess.start(folder)) {
            assertThat(app.awaitEnd()).isEqualTo(1);
            assertThat(app.console())
                    .contains("The configuration has 2 problems:", "api-kei", "api-key", "A REST API key")
                    .doesNotContain("\tat ", "rest-key-1");
        }
    }

    @Test
    void aBrokenFileIsToldWithItsLineAndEndsTheStart() throws Exception {
        route("destinations/braze.camel.yaml", BRAZE.replace("- marshal:", "- marshall:"));
        target("{ type: braze, api-key: rest-key-1, base-url: \"%s\" }".formatted(server.url()));
        try (JarProcess app = JarProcess.start(folder)) {
            assertThat(app.awaitEnd()).isEqualTo(1);
            assertThat(app.console())
                    .containsPattern("routes/destinations/braze.camel.yaml, line \\d+")
                    .contains("marshall")
                    .doesNotContain("\tat ", "rest-key-1");
        }
    }

    @Test
    void anAddressThatCannotBeIsToldWithItsRouteAndWithoutTheSecret() throws Exception {
        route(
                "destinations/braze.camel.yaml",
                BRAZE.replace("\"{{base-url}}/users/track\"", "\"htpp://x?key={{api-key}}\""));
        target("{ type: braze, api-key: rest-key-1, base-url: \"%s\" }".formatted(server.url()));
        try (JarProcess app = JarProcess.start(folder)) {
            assertThat(app.awaitEnd()).isEqualTo(1);
            assertThat(app.console())
                    .contains("target-mine", "htpp://x?key=***")
                    .doesNotContain("\tat ", "rest-key-1");
        }
    }
}
