package io.cohortsync.customerio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.JarProcess;
import io.cohortsync.testing.RunningApp;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cohort that flows into the bundled stand-in for Customer.io, of an account that lives in the other region. */
class CustomerIoSandboxFlowTest {

    @TempDir
    Path folder;

    @Test
    void aFirstSyncAndADeltaArriveAndStrangersAreIgnored() throws Exception {
        int port = JarProcess.freePort();
        try (RunningApp app = RunningApp.start(folder, """
                cohort-sync:
                  sources:
                    files: { type: file, directory: $DIR }
                  targets:
                    cio:
                      type: customerio
                      site-id: site
                      tracking-api-key: key
                      app-api-key: app
                      track-base-url: http://127.0.0.1:%1$d/sandbox/customerio/other-region
                      app-base-url: http://127.0.0.1:%1$d/sandbox/customerio
                  syncs:
                    vip:
                      from: { source: files, cohort: vip.csv, member-key: email }
                      schedule: manual
                      to: [ { target: cio, segment: "In {name}", id-type: email } ]
                  sandbox: { enabled: true }
                """.formatted(port), "--server.port=" + port)) {
            post(app, "/sandbox/customerio/people", """
                    [{"id":"1","email":"ann@x.com"},{"id":"2","email":"bob@x.com"},{"id":"3","email":"cleo@x.com"}]
                    """);

            cohort("Ann@x.com", "bob@x.com", "stranger@x.com");
            assertThat(app.runLink("vip").path("accepted").asLong()).isEqualTo(3);
            assertThat(members(app)).containsExactly("ann@x.com", "bob@x.com");

            cohort("bob@x.com", "cleo@x.com", "stranger@x.com");
            assertThat(app.runLink("vip").path("accepted").asLong()).isEqualTo(2);
            assertThat(members(app)).containsExactly("bob@x.com", "cleo@x.com");
            assertThat(app.get("/sandbox/customerio/segments")).hasSize(1);
            assertThat(app.get("/sandbox/customerio/stats").path("ignored").asLong())
                    .isEqualTo(1);
        }
    }

    private void cohort(String... emails) throws IOException {
        Files.writeString(folder.resolve("vip.csv"), "email\n" + String.join("\n", emails) + "\n");
    }

    private static TreeSet<String> members(RunningApp app) {
        JsonNode members = app.get("/sandbox/customerio/segments/1/members");
        return new TreeSet<>(members.findValuesAsText("email"));
    }

    private static void post(RunningApp app, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(app.uri(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(request, HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(204);
    }
}
