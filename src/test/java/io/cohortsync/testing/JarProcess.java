package io.cohortsync.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** The packed jar, run by {@code java -jar} in a folder as a user runs it. */
public final class JarProcess implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path folder;
    private final Process process;
    private final int port;
    private final int jmxPort;
    private final HttpClient http = HttpClient.newHttpClient();

    private JarProcess(Path folder, Process process, int port, int jmxPort) {
        this.folder = folder;
        this.process = process;
        this.port = port;
        this.jmxPort = jmxPort;
    }

    /** Starts in this folder, on ports nobody else uses. */
    public static JarProcess start(Path folder, String... arguments) {
        int port = freePort();
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--server.port=" + port);
        return start(folder, port, all);
    }

    /** Starts in this folder with nothing but these arguments. */
    public static JarProcess startPlain(Path folder, String... arguments) {
        return start(folder, 8080, List.of(arguments));
    }

    private static JarProcess start(Path folder, int port, List<String> arguments) {
        int jmxPort = freePort();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Dcom.sun.management.jmxremote.port=" + jmxPort,
                "-Dcom.sun.management.jmxremote.rmi.port=" + jmxPort,
                "-Dcom.sun.management.jmxremote.authenticate=false",
                "-Dcom.sun.management.jmxremote.ssl=false",
                "-Djava.rmi.server.hostname=127.0.0.1",
                "-jar",
                Path.of(System.getProperty("packed.jar")).toAbsolutePath().toString()));
        command.addAll(arguments);
        try {
            Files.createDirectories(folder);
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log(folder).toFile()))
                    .start();
            return new JarProcess(folder, process, port, jmxPort);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static int freePort() {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path log(Path folder) {
        return folder.resolve("console.log");
    }

    /** All that it, and what ran in this folder before it, wrote on the console. */
    public String console() {
        try {
            return Files.readString(log(folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the console says this. */
    public JarProcess awaitConsole(String words) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> {
            if (!process.isAlive() && !console().contains(words)) {
                throw new IllegalStateException("it ended with " + process.exitValue() + ": " + console());
            }
            return console().contains(words);
        });
        return this;
    }

    /** Waits until every route is up. */
    public JarProcess awaitUp() {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("it ended with " + process.exitValue() + ": " + console());
            }
            return answersWell("/actuator/health/readiness");
        });
        return this;
    }

    private boolean answersWell(String path) throws InterruptedException {
        try {
            return send("GET", path).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Waits for it to end by itself and gives the exit code. */
    public int awaitEnd() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("ended; console: %s", console())
                .isTrue();
        return process.exitValue();
    }

    private HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    public HttpResponse<String> call(String method, String path) {
        try {
            return send(method, path);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A call that is answered with a status below 300. */
    public JsonNode json(String method, String path) {
        HttpResponse<String> response = call(method, path);
        assertThat(response.statusCode()).as(path + ": " + response.body()).isLessThan(300);
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new IllegalStateException(response.body(), e);
        }
    }

    /** Runs a sync with one target to its end and gives that target's part of the run. */
    public JsonNode runLink(String sync) {
        JsonNode run = json("POST", "/api/syncs/" + sync + "/run?wait=true");
        RunningApp.assertAddsUp(run);
        return run.path("targets").path(0);
    }

    /** A JMX client's connection over RMI. */
    public JMXConnector jmx() throws IOException {
        return JMXConnectorFactory.connect(
                new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + jmxPort + "/jmxrmi"));
    }

    public int port() {
        return port;
    }

    /** SIGTERM; gives the time it took to end. */
    public Duration terminate() throws InterruptedException {
        long begun = System.nanoTime();
        process.destroy();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("ended").isTrue();
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
