package io.cohortsync.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.cohortsync.testing.SegmentServer.Answer;
import io.cohortsync.testing.SegmentServer.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A real HTTP server that keeps cohorts as the contract says Amplitude does (contracts, sections 3.2 and 4), and misbehaves
 * when asked to. Two calls about one cohort at once are answered 429.
 */
public final class AmplitudeServer implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String APP = "123456";

    private final LoopbackServer server;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Map<String, Cohort> cohorts = new LinkedHashMap<>();
    private final Set<String> strangers = ConcurrentHashMap.newKeySet();
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private int created;
    private volatile Function<Request, Answer> behaviour = request -> Answer.OK;

    private record Cohort(String id, String name, String owner, Instant createdAt, Set<String> members) {}

    private record Said(int status, JsonNode body) {}

    public AmplitudeServer() {
        server = new LoopbackServer(0, this::handle);
    }

    /** What a target's base-url is. */
    public String url() {
        return server.url();
    }

    /** A target of this server, as in YAML's flow style. */
    public String target(String prefix, String... options) {
        return "type: amplitude-cohorts, api-key: amplitude-api, secret-key: amplitude-secret, app-id: \"" + APP
                + "\", owner: ops@example.com, base-url: \"" + url() + prefix + "\""
                + (options.length == 0 ? "" : ", " + String.join(", ", options));
    }

    /** From now on requests are answered so; {@link Answer#OK}, and what is applied, is answered as the contract says. */
    public void behave(Function<Request, Answer> how) {
        behaviour = how;
    }

    public void behaveWell() {
        behaviour = request -> Answer.OK;
    }

    /** These are no users of Amplitude's. */
    public void strangers(String... ids) {
        strangers.addAll(List.of(ids));
    }

    public void known(String... ids) {
        List.of(ids).forEach(strangers::remove);
    }

    /** Somebody else creates a cohort. */
    public synchronized String create(String name, String owner, Instant at, String... members) {
        String id = "c" + ++created;
        cohorts.put(id, new Cohort(id, name, owner, at, new TreeSet<>(List.of(members))));
        return id;
    }

    public synchronized void delete(String name) {
        cohorts.values().removeIf(cohort -> cohort.name().equals(name));
    }

    /** The ids of the cohorts of that name. */
    public synchronized List<String> named(String name) {
        return cohorts.values().stream()
                .filter(cohort -> cohort.name().equals(name))
                .map(Cohort::id)
                .toList();
    }

    /** Who is in the one cohort of that name. */
    public synchronized Set<String> members(String name) {
        List<String> ids = named(name);
        if (ids.size() != 1) {
            throw new AssertionError(ids.size() + " cohorts are named " + name);
        }
        return Set.copyOf(cohorts.get(ids.get(0)).members());
    }

    /** The requests whose path holds this. */
    public List<Request> requests(String path) {
        return requests.stream()
                .filter(request -> request.path().contains(path))
                .toList();
    }

    public void forgetRequests() {
        requests.clear();
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] bytes = exchange.getRequestBody().readAllBytes();
        Map<String, String> headers = LoopbackServer.headers(exchange);
        JsonNode body = bytes.length == 0 ? JSON.nullNode() : JSON.readTree(bytes);
        Request request = new Request(
                System.currentTimeMillis(),
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                headers,
                bytes,
                body);
        requests.add(request);
        String cohort = body.path("cohort_id").asText();
        boolean alone = cohort.isEmpty() || busy.add(cohort);
        try {
            Answer answer = alone ? behaviour.apply(request) : Answer.status(429);
            Said said = answer.applied() ? answer(request) : new Said(answer.status(), JSON.readTree(answer.body()));
            if (answer.applied() && answer.status() >= 400) {
                said = new Said(answer.status(), JSON.readTree(answer.body()));
            }
            TimeUnit.MILLISECONDS.sleep(answer.delayMillis());
            if (answer.status() != 0) {
                answer.headers().forEach(exchange.getResponseHeaders()::set);
                byte[] text = said.body().toString().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(said.status(), text.length);
                exchange.getResponseBody().write(text);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (alone) {
                busy.remove(cohort);
            }
            exchange.close();
        }
    }

    private synchronized Said answer(Request request) {
        String path = request.path();
        if (!request.headers().getOrDefault("Authorization", "").startsWith("Basic ")) {
            return error(401, "unauthorized");
        }
        if (path.endsWith("/api/3/cohorts") && request.method().equals("GET")) {
            return list();
        }
        if (path.endsWith("/api/3/cohorts/upload") && request.method().equals("POST")) {
            return upload(request.body());
        }
        if (path.endsWith("/api/3/cohorts/membership") && request.method().equals("POST")) {
            return membership(request.body());
        }
        return error(404, "no such path");
    }

    private Said list() {
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode all = answer.putArray("cohorts");
        for (Cohort cohort : cohorts.values()) {
            ObjectNode one = all.addObject();
            one.put("id", cohort.id()).put("name", cohort.name()).put("appId", Long.parseLong(APP));
            one.put("archived", false).put("published", true).put("finished", false);
            one.put("createdAt", cohort.createdAt().getEpochSecond());
            one.putArray("owners").add(cohort.owner());
        }
        return new Said(200, answer);
    }

    private Said upload(JsonNode body) {
        for (String field : List.of("name", "app_id", "id_type", "ids", "owner", "published")) {
            if (!body.has(field)) {
                return error(400, field + " is missing");
            }
        }
        if (!Set.of("BY_USER_ID", "BY_AMP_ID").contains(body.path("id_type").asText())) {
            return error(400, "unknown id_type");
        }
        Set<String> members = new TreeSet<>();
        body.path("ids").forEach(id -> members.add(id.asText()));
        members.removeAll(strangers);
        if (members.isEmpty()) {
            return error(400, "no valid ids");
        }
        String id = create(
                body.path("name").asText(), body.path("owner").asText(), Instant.now(), members.toArray(String[]::new));
        return new Said(200, JSON.createObjectNode().put("cohortId", id));
    }

    private Said membership(JsonNode body) {
        Cohort cohort = cohorts.get(body.path("cohort_id").asText());
        if (cohort == null) {
            return error(400, "Invalid cohort ID");
        }
        ObjectNode answer = JSON.createObjectNode().put("cohort_id", cohort.id());
        ArrayNode results = answer.putArray("memberships_result");
        for (JsonNode membership : body.path("memberships")) {
            String operation = membership.path("operation").asText();
            ObjectNode result = results.addObject().put("operation", operation);
            ArrayNode skipped = result.putArray("skipped_ids");
            for (JsonNode id : membership.path("ids")) {
                if (strangers.contains(id.asText())) {
                    skipped.add(id.asText());
                } else if (operation.equals("ADD")) {
                    cohort.members().add(id.asText());
                } else {
                    cohort.members().remove(id.asText());
                }
            }
        }
        return new Said(200, answer);
    }

    /** As Segment's tests of Amplitude show errors (contracts, section 4.2). */
    private static Said error(int status, String message) {
        ObjectNode answer = JSON.createObjectNode();
        answer.putObject("error")
                .put("http_code", status)
                .put("error", "BAD_REQUEST")
                .put("message", message);
        return new Said(status, answer);
    }

    @Override
    public void close() {
        server.close();
    }
}
