package io.cohortsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.JarProcess;
import io.cohortsync.testing.LibDriver;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.SegmentServer.Answer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody meets who has nothing but the jar. */
class PackedJarIT {

    private final SegmentServer segment = new SegmentServer();

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        segment.close();
    }

    private void configure(int batch) throws Exception {
        Files.writeString(folder.resolve("application.yaml"), """
                cohort-sync:
                  sources: { exports: { type: file, directory: . } }
                  targets: { web: { type: segment, write-key: wk_test, base-url: %s, batch-size: %d, in-flight: 1 } }
                  syncs: { vip: { from: { source: exports, cohort: vip.csv }, schedule: manual, to: [ web ] } }
                  security: { open: true }
                """.formatted(segment.url(), batch));
        Files.writeString(
                folder.resolve("vip.csv"),
                IntStream.range(0, 100).mapToObj(i -> "u" + i).collect(Collectors.joining("\n", "user_id\n", "\n")));
    }

    @Test
    void inAnEmptyFolderItStartsAndSaysWhatToDoNext() throws Exception {
        try (JarProcess app = JarProcess.start(folder).awaitConsole("README.md")) {
            assertThat(app.console())
                    .contains(
                            "no sync is configured",
                            "application.yaml into " + folder.toRealPath(),
                            "cohort-sync:",
                            "syncs:",
                            "--check")
                    .doesNotContain("\tat ", "sandbox", "ERROR");
            assertThat(app.console().lines().filter(line -> line.contains("WARN")))
                    .hasSize(1);
            assertThat(app.json("GET", "/actuator/health").path("status").asText())
                    .isEqualTo("UP");
            // What it says to write into application.yaml is accepted as it stands.
            String example = app.console()
                    .lines()
                    .dropWhile(line -> !line.strip().equals("cohort-sync:"))
                    .takeWhile(line -> !line.isBlank())
                    .map(line -> line.substring(Math.min(line.length(), 7)))
                    .collect(Collectors.joining("\n"));
            Files.writeString(folder.resolve("application.yaml"), example);
        }
        try (JarProcess check = JarProcess.startPlain(folder, "--check")) {
            assertThat(check.awaitEnd()).as(check.console()).isZero();
            assertThat(check.console()).contains("vip", "every hour");
        }
    }

    @Test
    void aDatabaseIsReadWhoseDriverLiesInTheFolderLibAndOneWithoutADriverIsRefused() throws Exception {
        Files.writeString(folder.resolve("application.yaml"), """
                cohort-sync:
                  sources: { warehouse: { type: sql, url: "jdbc:lib:mem:warehouse" } }
                  targets: { web: { type: segment, write-key: wk_test, base-url: %s } }
                  syncs: { vip: { from: { source: warehouse, query: "select 'ann' as user_id" }, schedule: manual, to: [ web ] } }
                  security: { open: true }
                """.formatted(segment.url()));
        try (JarProcess check = JarProcess.startPlain(folder, "--check")) {
            assertThat(check.awaitEnd()).isEqualTo(1);
            assertThat(check.console()).contains("sources.warehouse.url", "\"jdbc:lib:\"", "into the folder lib");
        }
        Files.createDirectories(folder.resolve("lib"));
        String driver = LibDriver.class.getName();
        try (JarOutputStream jar =
                new JarOutputStream(Files.newOutputStream(folder.resolve("lib").resolve("driver.jar")))) {
            jar.putNextEntry(new JarEntry(driver.replace('.', '/') + ".class"));
            try (InputStream bytes = LibDriver.class.getResourceAsStream("LibDriver.class")) {
                bytes.transferTo(jar);
            }
            jar.putNextEntry(new JarEntry("META-INF/services/java.sql.Driver"));
            jar.write(driver.getBytes(StandardCharsets.UTF_8));
        }
        try (JarProcess app = JarProcess.start(folder).awaitConsole("1 sync")) {
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptions()
                    .until(() -> app.json("POST", "/api/syncs/vip/run?wait=true")
                            .path("state")
                            .asText()
                            .equals("succeeded"));
        }
        assertThat(segment.members("vip")).containsExactly("ann");
    }

    @Test
    void withAnApplicationYamlItRunsThatAndNothingOfTheDemo() throws Exception {
        configure(1000);
        try (JarProcess app = JarProcess.start(folder).awaitConsole("1 sync, 1 target")) {
            assertThat(app.console()).contains("API on http://127.0.0.1:" + app.port());
            assertThat(app.json("GET", "/api/syncs")).hasSize(1);
            assertThat(app.runLink("vip").path("accepted").asLong()).isEqualTo(100);
            assertThat(app.call("GET", "/sandbox/segment/users/u1").statusCode())
                    .isEqualTo(404);
            assertThat(app.call("POST", "/sandbox/segment/v1/batch").statusCode())
                    .isEqualTo(404);
            assertThat(folder.resolve("data/demo")).doesNotExist();

            // The same folder once more, while this one runs.
            try (JarProcess second = JarProcess.start(folder)) {
                assertThat(second.awaitEnd()).isEqualTo(1);
                assertThat(second.console())
                        .contains("The state database is in use")
                        .doesNotContain("\tat ");
            }
        }
    }

    @Test
    void checkEndsWithZeroOrOneAndStartsNothing() throws Exception {
        configure(1000);
        try (JarProcess good = JarProcess.startPlain(folder, "--check")) {
            assertThat(good.awaitEnd()).isZero();
            assertThat(good.console()).contains("vip", "web").doesNotContain("wk_test");
        }
        Path file = folder.resolve("application.yaml");
        Files.writeString(
                file, Files.readString(file).replace("write-key", "write-kee").replace("manual", "hurly"));
        try (JarProcess bad = JarProcess.startPlain(folder, "--check")) {
            assertThat(bad.awaitEnd()).isEqualTo(1);
            assertThat(bad.console())
                    .contains("3 problems", "write-kee", "hurly")
                    .doesNotContain("\tat ", "wk_test");
        }
        assertThat(folder.resolve("data")).doesNotExist();
    }

    @Test
    void aPortInUseIsToldInWords() throws Exception {
        configure(1000);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                JarProcess app = JarProcess.startPlain(folder, "--server.port=" + taken.getLocalPort())) {
            assertThat(app.awaitEnd()).isEqualTo(1);
            assertThat(app.console())
                    .contains("Port " + taken.getLocalPort() + " was already in use")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void aStopInMidDeliveryEndsWithinTwentySecondsWithItsBooksClosedAndTheNextStartFinishesTheRest() throws Exception {
        try (SegmentServer shut = new SegmentServer()) {
            configure(5);
            Path file = folder.resolve("application.yaml");
            Files.writeString(
                    file,
                    Files.readString(file)
                            .replace(
                                    "targets: {",
                                    "targets: { shut: { type: segment, write-key: wk_shut, base-url: %s },"
                                            .formatted(shut.url()))
                            .replace("to: [ web ]", "to: [ web, shut ]"));
            AtomicInteger calls = new AtomicInteger();
            segment.behave(request -> calls.incrementAndGet() <= 3 ? Answer.OK : Answer.OK.after(60_000));
            shut.behave(request -> Answer.status(429).header("Retry-After", "300"));
            long run;
            try (JarProcess app = JarProcess.start(folder).awaitUp()) {
                run = app.json("POST", "/api/syncs/vip/run").path("id").asLong();
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> segment.requests().size() >= 4
                                && !shut.requests().isEmpty());
                assertThat(app.terminate()).isLessThan(Duration.ofSeconds(20));
                assertThat(app.awaitEnd()).isEqualTo(143);
                assertThat(app.console()).doesNotContain("\tat ");
            }
            assertThat(segment.requests()).hasSize(4);
            segment.behaveWell();
            shut.behaveWell();
            try (JarProcess app = JarProcess.start(folder).awaitUp()) {
                JsonNode stopped = app.json("GET", "/api/runs/" + run);
                RunningApp.assertAddsUp(stopped);
                assertThat(stopped.path("state").asText()).isEqualTo("incomplete");
                assertThat(stopped.path("targets").path(0).path("error").asText())
                        .isEqualTo("the node stopped");
                assertThat(stopped.path("targets").path(0).path("accepted").asLong())
                        .isEqualTo(15);
                assertThat(stopped.path("targets").path(0).path("unknown").asLong())
                        .isEqualTo(5);
                assertThat(stopped.path("targets").path(1).path("waiting").asLong())
                        .isEqualTo(100);
                // The lease is free: no wait for it to run out, and the doubt is this run's to settle.
                JsonNode link = app.runLink("vip");
                assertThat(link.path("drift").asLong()).isZero();
                assertThat(link.path("accepted").asLong()).isEqualTo(85);
            }
            Set<String> all =
                    IntStream.range(0, 100).mapToObj(i -> "u" + i).collect(Collectors.toCollection(TreeSet::new));
            assertThat(segment.members("vip")).isEqualTo(all);
            assertThat(shut.members("vip")).isEqualTo(all);
        }
    }
}
