package io.cohortsync.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A real HTTP server that does with segments what the contract says of Customer.io's Track and App APIs, below any path
 * prefix; it keeps what it received, and misbehaves when asked to.
 */
public final class CustomerIoServer implements AutoCloseable {

    public static final String KEYS = "site-id: site, tracking-api-key: tr4ck, app-api-key: 4pp";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BASIC =
            "Basic " + Base64.getEncoder().encodeToString("site:tr4ck".getBytes(StandardCharsets.UTF_8));
    private static final Pattern CHANGE =
            Pattern.compile("(/.*)?/api/v1/segments/(\\d+)/(add|remove)_customers\\?id_type=(id|email|cio_id)");
    private static final Pattern APP = Pattern.compile("(/.*)?/v1/segments(?:/(\\d+)(/membership)?)?(?:\\?(.*))?");

    private final LoopbackServer server;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final SortedMap<Integer, Segment> segments = new TreeMap<>();
    private final Set<String> strangers = new HashSet<>();
    private volatile Function<Request, Optional<Answer>> behaviour = request -> Optional.empty();
    private int lastSegment;
    private volatile int pageSize = 30_000;

    /** A segment; members by their identifiers. */
    public record Segment(int id, String name, String description, String type, SortedMap<String, String> members) {}

    /** A request as it arrived. */
    public record Request(long atNanos, String method, String path, Map<String, String> headers, JsonNode body) {

        public List<String> ids() {
            List<String> ids = new ArrayList<>();
            body.path("ids").forEach(id -> ids.add(id.asText()));
            return ids;
        }

        /** Method and path. */
        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    /**
     * What to answer instead.
     *
     * @param applied whether the request takes effect
     * @param status 0: the connection is dropped without an answer
     */
    public record Answer(boolean applied, int status, Map<String, String> headers, String body) {

        /** Applied, and the answer is lost. */
        public static final Optional<Answer> LOST = Optional.of(new Answer(true, 0, Map.of(), ""));

        /** The connection breaks before anything is applied. */
        public static final Optional<Answer> RESET = Optional.of(new Answer(false, 0, Map.of(), ""));

        public static Optional<Answer> status(int status) {
            return Optional.of(new Answer(false, status, Map.of(), "{\"meta\":{\"error\":\"status " + status + "\"}}"));
        }

        public static Optional<Answer> redirect(int status, String location) {
            return Optional.of(new Answer(false, status, Map.of("Location", location), ""));
        }
    }

    public CustomerIoServer() {
        server = new LoopbackServer(0, this::handle);
    }

    /** What a target's base-url is. */
    public String url() {
        return server.url();
    }

    /** From now on requests are answered so; empty: as Customer.io does. */
    public void behave(Function<Request, Optional<Answer>> how) {
        behaviour = how;
    }

    public void behaveWell() {
        behaviour = request -> Optional.empty();
    }

    /** Nobody by these identifiers is known. */
    public synchronized void knowsNot(String... keys) {
        strangers.clear();
        strangers.addAll(List.of(keys));
    }

    /** People in a page, at most. */
    public void pageSize(int people) {
        pageSize = people;
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Those below a path prefix. */
    public List<Request> requests(String prefix) {
        return requests.stream()
                .filter(request -> request.path().startsWith(prefix + "/"))
                .toList();
    }

    public void forgetRequests() {
        requests.clear();
    }

    /** Makes a segment by hand. */
    public synchronized int make(String name, String type) {
        return create(name, "", type).id();
    }

    public synchronized void delete(int segment) {
        segments.remove(segment);
    }

    /** Takes somebody out by hand. */
    public synchronized void takeOut(int segment, String key) {
        segments.get(segment).members().remove(key);
    }

    /** Puts somebody in by hand. */
    public synchronized void putIn(int segment, String idType, String key) {
        segments.get(segment).members().put(key, idType);
    }

    public synchronized List<Segment> segments(String name) {
        return segments.values().stream()
                .filter(segment -> segment.name().equals(name))
                .toList();
    }

    /** Who is in the one segment of this name. */
    public synchronized Set<String> members(String name) {
        return new TreeSet<>(segments(name).get(0).members().keySet());
    }

    private Segment create(String name, String description, String type) {
        Segment segment = new Segment(++lastSegment, name, description, type, new TreeMap<>());
        segments.put(lastSegment, segment);
        return segment;
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] bytes = exchange.getRequestBody().readAllBytes();
        Map<String, String> headers = LoopbackServer.headers(exchange);
        JsonNode body = JSON.readTree(bytes);
        Request request = new Request(
                System.nanoTime(),
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                headers,
                body);
        requests.add(request);
        Optional<Answer> instead = behaviour.apply(request);
        Answer answer = instead.orElseGet(() -> answer(request));
        if (instead.isPresent() && answer.applied()) {
            answer(request);
        }
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

    private synchronized Answer answer(Request request) {
        Matcher change = CHANGE.matcher(request.path());
        if (change.matches() && request.method().equals("POST")) {
            return BASIC.equals(request.headers().get("Authorization"))
                    ? change(
                            Integer.parseInt(change.group(2)),
                            change.group(3).equals("add"),
                            change.group(4),
                            request.ids())
                    : error(401, "Unauthorized request");
        }
        if (request.path().endsWith("/api/v1/accounts/region")) {
            return BASIC.equals(request.headers().get("Authorization"))
                    ? ok(JSON.createObjectNode()
                            .put("url", url())
                            .put("region", "us")
                            .put("environment_id", 3))
                    : error(401, "Unauthorized request");
        }
        Matcher app = APP.matcher(request.path());
        if (!app.matches()) {
            return error(404, "no such path");
        }
        if (!"Bearer 4pp".equals(request.headers().get("Authorization"))) {
            return error(401, "Unauthorized request");
        }
        if (app.group(2) == null) {
            return request.method().equals("POST") ? created(request.body().path("segment")) : all();
        }
        Segment segment = segments.get(Integer.parseInt(app.group(2)));
        if (segment == null) {
            return error(404, "not found");
        }
        return app.group(3) == null
                ? ok(JSON.createObjectNode().set("segment", view(segment)))
                : page(segment, Optional.ofNullable(app.group(4)).orElse(""));
    }

    private Answer change(int id, boolean add, String idType, List<String> ids) {
        Segment segment = segments.get(id);
        if (segment == null) {
            return error(404, "segment not found");
        }
        if (!segment.type().equals("manual") || ids.isEmpty() || ids.size() > 1_000) {
            return error(400, "not for this segment, or not 1 to 1000 ids");
        }
        for (String key : ids) {
            String known = idType.equals("email") ? key.toLowerCase(Locale.ROOT) : key;
            if (add && !strangers.contains(known)) {
                segment.members().put(known, idType);
            } else if (!add) {
                segment.members().remove(known);
            }
        }
        return ok(JSON.createObjectNode());
    }

    private Answer created(JsonNode wanted) {
        Segment segment =
                create(wanted.path("name").asText(), wanted.path("description").asText(), "manual");
        return ok(JSON.createObjectNode().set("segment", view(segment)));
    }

    private Answer all() {
        ObjectNode all = JSON.createObjectNode();
        ArrayNode list = all.putArray("segments");
        segments.values().forEach(segment -> list.add(view(segment)));
        return ok(all);
    }

    private static ObjectNode view(Segment segment) {
        return JSON.createObjectNode()
                .put("id", segment.id())
                .put("name", segment.name())
                .put("description", segment.description())
                .put("type", segment.type())
                .put("state", "finished");
    }

    /** After every page with somebody in it comes one with nobody and a cursor; a cursor that was mangled finds nobody. */
    private Answer page(Segment segment, String query) {
        String start = List.of(query.split("&")).stream()
                .filter(parameter -> parameter.startsWith("start="))
                .map(parameter -> URLDecoder.decode(parameter.substring("start=".length()), StandardCharsets.UTF_8))
                .findFirst()
                .orElse("+/0=");
        Matcher cursor = Pattern.compile("\\+/(-?)(\\d+)=").matcher(start);
        List<String> members = new ArrayList<>(segment.members().keySet());
        ObjectNode page = JSON.createObjectNode().put("segment_id", segment.id());
        if (!cursor.matches() || Integer.parseInt(cursor.group(2)) >= members.size()) {
            return ok(page.putNull("ids").putNull("identifiers").put("next", ""));
        }
        int from = Integer.parseInt(cursor.group(2));
        if (from > 0 && cursor.group(1).isEmpty()) {
            return ok(page.putNull("ids").putNull("identifiers").put("next", "+/-" + from + "="));
        }
        int to = Math.min(from + pageSize, members.size());
        ArrayNode identifiers = page.putArray("identifiers");
        for (String key : members.subList(from, to)) {
            String type = segment.members().get(key);
            ObjectNode person =
                    identifiers.addObject().put("cio_id", "cio-" + key).putNull("id");
            person.put(type, type.equals("email") ? key.toUpperCase(Locale.ROOT) : key);
        }
        return ok(page.put("next", "+/" + to + "="));
    }

    private static Answer ok(JsonNode body) {
        return new Answer(true, 200, Map.of("Content-Type", "application/json"), body.toString());
    }

    private static Answer error(int status, String words) {
        return new Answer(false, status, Map.of(), "{\"errors\":[{\"detail\":\"" + words + "\"}]}");
    }

    @Override
    public void close() {
        server.close();
    }
}
