package io.cohortsync.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** The bundled stand-in for Amplitude in a running app, steered over HTTP as people would. */
public final class AmplitudeSandbox {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final RunningApp app;

    public AmplitudeSandbox(RunningApp app) {
        this.app = app;
    }

    /** A source of the stand-in that an app at this port has, as in YAML's flow style. */
    public static String source(int port, String options) {
        return "{ type: amplitude, api-key: amp-key, secret-key: amp-secret, base-url: \"http://127.0.0.1:" + port
                + "/sandbox/amplitude\", poll-interval: 100ms" + options + " }";
    }

    /** @param members as a JSON array; a bare text is a user id */
    public void define(String id, String name, String members) {
        send("PUT", "/cohorts/" + id, "{\"name\":\"" + name + "\",\"members\":" + members + "}");
    }

    /** @param change as JSON */
    public void change(String id, String change) {
        send("PATCH", "/cohorts/" + id, change);
    }

    public void compute(String id) {
        send("POST", "/cohorts/" + id + "/compute", "");
    }

    public void delete(String id) {
        send("DELETE", "/cohorts/" + id, "");
    }

    /** @param choice as JSON; what it leaves out is as usual */
    public void behave(String choice) {
        send("PUT", "/behaviour", choice);
    }

    /** @param fault as JSON */
    public void fault(String fault) {
        send("POST", "/faults", fault);
    }

    public void noFaults() {
        send("DELETE", "/faults", "");
    }

    /** How many downloads were asked for. */
    public long downloads() {
        return app.get("/sandbox/amplitude/stats")
                .path("downloads")
                .path("requested")
                .asLong();
    }

    /** How many calls were made, links included. */
    public JsonNode requests() {
        return app.get("/sandbox/amplitude/requests?last=100");
    }

    private void send(String method, String path, String body) {
        URI uri = app.uri("/sandbox/amplitude" + path);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode())
                    .as(uri + " answered " + answer.body())
                    .isBetween(200, 204);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
