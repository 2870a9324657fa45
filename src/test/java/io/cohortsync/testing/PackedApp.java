package io.cohortsync.testing;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.CohortSync;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The packed jar in a process of its own, which can be killed; a bench, which packs none, runs its classes. */
public final class PackedApp implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final int port;
    private final HttpClient http = HttpClient.newHttpClient();

    private PackedApp(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts in this folder, whose application.yaml it reads and where it keeps its state. */
    public static PackedApp start(Path folder, String... arguments) throws IOException {
        Optional<String> jar = Optional.ofNullable(System.getProperty("packed.jar"));
        List<String> command = new ArrayList<>(List.of(java(), "-Xmx256m"));
        command.addAll(
                jar.isPresent()
                        ? List.of("-XX:TieredStopAtLevel=1", "-jar", jar.get())
                        : List.of("-classpath", System.getProperty("java.class.path"), CohortSync.class.getName()));
        return start(folder, command, arguments);
    }

    /** The Java that runs the tests. */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** The same, by a command of the caller's. */
    public static PackedApp start(Path folder, List<String> java, String... arguments) throws IOException {
        int port = JarProcess.freePort();
        List<String> command = new ArrayList<>(java);
        command.addAll(List.of("--server.port=" + port, "--cohort-sync.security.open=true"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                .start();
        return new PackedApp(process, port);
    }

    /** Waits until it answers HTTP. */
    public PackedApp awaitUp(Path folder) {
        await().atMost(Duration.ofMinutes(4))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    if (!process.isAlive()) {
                        throw new IllegalStateException("it ended: " + Files.readString(folder.resolve("log")));
                    }
                    return answers();
                });
        return this;
    }

    private boolean answers() throws InterruptedException {
        try {
            return call("GET", "/api/syncs").statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Where it answers HTTP. */
    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    public HttpResponse<String> call(String method, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri(path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** A call with a body of JSON. */
    public HttpResponse<String> send(String method, String path, String json, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(json));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public JsonNode json(String method, String path) {
        try {
            return JSON.readTree(call(method, path).body());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Its number in the system. */
    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** kill -9. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
