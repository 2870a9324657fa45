package io.cohortsync.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * A real HTTP server that takes Segment's batches as the contract says, keeps what it received and was told, and
 * misbehaves when asked to.
 */
public final class SegmentServer implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final LoopbackServer server;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Map<String, Map<String, Boolean>> traits = new TreeMap<>();
    private final Set<String> messageIds = new HashSet<>();
    private volatile Function<Request, Answer> behaviour = request -> Answer.OK;

    /** A request as it arrived. */
    public record Request(
            long atMillis, String method, String path, Map<String, String> headers, byte[] bytes, JsonNode body) {

        public List<String> userIds() {
            List<String> ids = new ArrayList<>();
            body.path("batch").forEach(event -> ids.add(event.path("userId").asText()));
            return ids;
        }
    }

    /**
     * What to answer.
     *
     * @param applied whether the request takes effect
     * @param status 0: the connection is dropped without an answer
     */
    public record Answer(boolean applied, int status, Map<String, String> headers, String body, long delayMillis) {

        public static final Answer OK = new Answer(true, 200, Map.of(), "{\"success\":true}", 0);
        /** Applied, and the answer is lost. */
        public static final Answer LOST = new Answer(true, 0, Map.of(), "", 0);
        /** The connection breaks before anything is applied. */
        public static final Answer RESET = new Answer(false, 0, Map.of(), "", 0);

        public static Answer status(int status) {
            return new Answer(false, status, Map.of(), "{\"error\":\"status " + status + "\"}", 0);
        }

        /** It takes effect, and this is answered all the same. */
        public static Answer appliedBut(int status) {
            return new Answer(true, status, Map.of(), status(status).body(), 0);
        }

        public Answer header(String name, String value) {
            Map<String, String> all = new TreeMap<>(headers);
            all.put(name, value);
            return new Answer(applied, status, all, body, delayMillis);
        }

        public Answer after(long millis) {
            return new Answer(applied, status, headers, body, millis);
        }
    }

    public SegmentServer() {
        this(0);
    }

    /** At a port of one's own choice. */
    public SegmentServer(int port) {
        server = new LoopbackServer(port, this::handle);
    }

    /** What a target's base-url is. */
    public String url() {
        return server.url();
    }

    /** From now on every request is answered so. */
    public void behave(Function<Request, Answer> how) {
        behaviour = how;
    }

    /** From now on every request is answered well. */
    public void behaveWell() {
        behaviour = request -> Answer.OK;
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    public void forgetRequests() {
        requests.clear();
    }

    /** Who has this trait set to true. */
    public synchronized Set<String> members(String trait) {
        Set<String> members = new TreeSet<>();
        traits.forEach((user, values) -> {
            if (values.getOrDefault(trait, false)) {
                members.add(user);
            }
        });
        return members;
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] bytes = exchange.getRequestBody().readAllBytes();
        Map<String, String> headers = LoopbackServer.headers(exchange);
        JsonNode body = JSON.readTree(bytes);
        Request request = new Request(
                System.currentTimeMillis(),
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                headers,
                bytes,
                body == null ? JSON.nullNode() : body);
        requests.add(request);
        Answer answer = behaviour.apply(request);
        if (answer.applied()) {
            apply(request.body());
        }
        hold(answer.delayMillis());
        if (answer.status() == 0) {
            exchange.close();
            return;
        }
        byte[] text = answer.body().getBytes(StandardCharsets.UTF_8);
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(answer.status(), text.length == 0 ? -1 : text.length);
        exchange.getResponseBody().write(text);
        exchange.close();
    }

    /** Segment drops an event whose messageId it has seen (contracts, section 1.4). */
    private synchronized void apply(JsonNode body) {
        for (JsonNode event : body.path("batch")) {
            if (messageIds.add(event.path("messageId").asText())) {
                event.path("traits")
                        .fields()
                        .forEachRemaining(trait -> traits.computeIfAbsent(
                                        event.path("userId").asText(), user -> new TreeMap<>())
                                .put(trait.getKey(), trait.getValue().asBoolean()));
            }
        }
    }

    private static void hold(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
