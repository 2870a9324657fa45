package io.cohortsync.testing;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** A whole cohort-sync in this JVM, on a port of its own, configured by YAML as a user would. */
public final class RunningApp implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ConfigurableApplicationContext context;
    private final HttpClient http = HttpClient.newHttpClient();

    private RunningApp(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /**
     * Starts with this YAML as the user's application.yaml; the state database is {@code <folder>/state}, so a second
     * start in the same folder remembers.
     *
     * @param yaml may name the folder as {@code $DIR}
     * @param arguments command line arguments; they win over those given anyway
     */
    public static RunningApp start(Path folder, String yaml, String... arguments) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("application.yaml"), yaml.replace("$DIR", folder.toString()));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        String[] ours = {
            "--spring.config.additional-location=file:" + folder + "/",
            "--spring.datasource.url=jdbc:h2:file:" + folder.resolve("state") + ";WRITE_DELAY=0",
            "--server.port=0",
            "--cohort-sync.security.open=true"
        };
        List<String> given = Arrays.stream(arguments).map(RunningApp::option).toList();
        String[] all = Stream.concat(
                        Arrays.stream(ours).filter(argument -> !given.contains(option(argument))),
                        Arrays.stream(arguments))
                .toArray(String[]::new);
        return new RunningApp(new SpringApplication(CohortSync.class).run(all));
    }

    private static String option(String argument) {
        return argument.replaceFirst("=.*", "");
    }

    /** The bean of this type. */
    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public ConfigurableApplicationContext context() {
        return context;
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + path);
    }

    /** A call of the HTTP API, whatever it answers. */
    public HttpResponse<String> call(String method, String path) {
        try {
            HttpRequest request = HttpRequest.newBuilder(uri(path))
                    .method(method, HttpRequest.BodyPublishers.noBody())
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A call with a body, whatever it answers. */
    public HttpResponse<String> call(String method, String path, String contentType, String body) {
        try {
            HttpRequest request = HttpRequest.newBuilder(uri(path))
                    .header("Content-Type", contentType)
                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** POSTs JSON with these headers, names and values in turn, as a vendor pushes it. */
    public HttpResponse<String> push(String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** GET, answered 200. */
    public JsonNode get(String path) {
        return json(call("GET", path), 200);
    }

    /** POST, answered 200. */
    public JsonNode post(String path) {
        return json(call("POST", path), 200);
    }

    /** Runs a sync to its end, checks that its counts add up, and gives the run. */
    public JsonNode run(String sync) {
        JsonNode run = post("/api/syncs/" + sync + "/run?wait=true");
        assertAddsUp(run);
        return run;
    }

    /** Runs a sync with one target to its end and gives that target's part of the run. */
    public JsonNode runLink(String sync) {
        return run(sync).path("targets").path(0);
    }

    /** Rule 5, for every link of a run. */
    public static void assertAddsUp(JsonNode run) {
        for (JsonNode link : run.path("targets")) {
            assertThat(sum(link, "same", "settled", "enter", "invalid", "anonymous", "duplicate"))
                    .as("records of %s", link)
                    .isEqualTo(run.path("read").asLong());
            assertThat(sum(link, "accepted", "unmatched", "rejected", "failed", "unknown", "held", "waiting"))
                    .as("outcomes of %s", link)
                    .isEqualTo(sum(link, "enter", "exit"));
            assertThat(link.path("drift").asLong())
                    .isEqualTo(sum(link, "enter", "exit") - sum(link, "accepted", "unmatched", "rejected"));
        }
    }

    private static long sum(JsonNode node, String... fields) {
        return List.of(fields).stream()
                .mapToLong(field -> node.path(field).asLong())
                .sum();
    }

    private static JsonNode json(HttpResponse<String> response, int status) {
        assertThat(response.statusCode())
                .as(response.uri() + " answered " + response.body())
                .isEqualTo(status);
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new IllegalStateException(response.body(), e);
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
