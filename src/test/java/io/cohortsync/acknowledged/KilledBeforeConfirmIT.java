package io.cohortsync.acknowledged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.cohortsync.testing.JarProcess;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.SegmentServer.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A route beside the packed jar uses a link's repository; the process is killed between sending and confirming. */
class KilledBeforeConfirmIT {

    private static final String SIGNUPS = """
            - route:
                id: signups
                from:
                  uri: platform-http:/signups/{person}
                  steps:
                    - idempotentConsumer:
                        idempotentRepository: "#acknowledged-vip-web"
                        header: person
                        steps:
                          - setBody:
                              simple: '{"batch":[{"userId":"${header.person}","messageId":"signup-${exchangeId}","traits":{"vip":true}}]}'
                          - removeHeaders:
                              pattern: "*"
                          - to: "%s/signups"
            """;

    private final SegmentServer segment = new SegmentServer();

    @TempDir
    Path folder;

    @BeforeEach
    void layOut() throws Exception {
        Files.createDirectories(folder.resolve("routes"));
        Files.writeString(folder.resolve("routes/signups.camel.yaml"), SIGNUPS.formatted(segment.url()));
        Files.writeString(folder.resolve("vip.csv"), "user_id\nann\nbob\n");
        Files.writeString(folder.resolve("application.yaml"), """
                cohort-sync:
                  sources: { exports: { type: file, directory: . } }
                  targets: { web: { type: segment, write-key: wk_test, base-url: %s } }
                  syncs: { vip: { from: { source: exports, cohort: vip.csv }, schedule: manual, to: [ web ] } }
                  security: { open: true }
                """.formatted(segment.url()));
    }

    @AfterEach
    void stop() {
        segment.close();
    }

    private static Object jmx(JarProcess app, String operation, String key) throws Exception {
        try (JMXConnector connector = app.jmx()) {
            MBeanServerConnection server = connector.getMBeanServerConnection();
            ObjectName name =
                    new ObjectName("org.apache.camel:context=cohort-sync,type=services,name=\"acknowledged-vip-web\"");
            return server.invoke(name, operation, new Object[] {key}, new String[] {String.class.getName()});
        }
    }

    @Test
    void whoWasAddedAndNotConfirmedByAKilledProcessIsAbsentAndSentAgain() throws Exception {
        try (JarProcess app = JarProcess.start(folder).awaitUp()) {
            assertThat(app.call("POST", "/signups/ann").statusCode()).isEqualTo(200);
            segment.behave(request -> Answer.OK.after(60_000));
            CompletableFuture.runAsync(() -> app.call("POST", "/signups/bob"));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> segment.requests().size() == 2);
            assertThat(jmx(app, "contains", "bob")).isEqualTo(true);
            assertThat(jmx(app, "add", "bob")).isEqualTo(false);
            // Closing kills: nothing is given back.
        }
        segment.behaveWell();
        try (JarProcess app = JarProcess.start(folder).awaitUp()) {
            assertThat(jmx(app, "contains", "ann")).as("confirmed").isEqualTo(true);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> jmx(app, "contains", "bob").equals(false));
            app.call("POST", "/signups/ann");
            app.call("POST", "/signups/bob");
            assertThat(segment.requests()).hasSize(3);
            assertThat(app.runLink("vip").path("same").asLong()).isEqualTo(2);

            assertThat(jmx(app, "remove", "ann")).isEqualTo(true);
            assertThat(app.runLink("vip").path("enter").asLong()).isEqualTo(1);
        }
    }
}
