package io.cohortsync.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.cohortsync.testing.SegmentServer.Answer;
import io.cohortsync.testing.SegmentServer.Request;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A real HTTP server that answers as the contract says Mixpanel's query API does (contracts, section 6.1), and misbehaves
 * when asked to. A page has as many members as asked for here, since 1,000 would be many for a test.
 */
public final class MixpanelServer implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CREDENTIALS = "svc:mixpanel-secret";

    private final LoopbackServer server;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Map<Long, Cohort> cohorts = new LinkedHashMap<>();
    private final Map<String, ArrayNode> sessions = new LinkedHashMap<>();
    private volatile int pageSize = 1_000;
    private volatile Function<Request, Answer> behaviour = request -> Answer.OK;

    private record Cohort(long id, String name, long count, ArrayNode members) {}

    private record Said(int status, String body) {}

    public MixpanelServer() {
        server = new LoopbackServer(0, this::handle);
    }

    /** What a source's base-url is. */
    public String url() {
        return server.url();
    }

    /** A source of this server, as in YAML's flow style without the braces. */
    public String source(String prefix) {
        return "type: mixpanel, username: svc, secret: mixpanel-secret, project-id: \"777\", base-url: \"" + url()
                + prefix + "\"";
    }

    /** From now on a page has so many members. */
    public void pageSize(int members) {
        pageSize = members;
    }

    /** From now on requests are answered so; {@link Answer#OK}, and what is applied, is answered as the contract says. */
    public void behave(Function<Request, Answer> how) {
        behaviour = how;
    }

    public void behaveWell() {
        behaviour = request -> Answer.OK;
    }

    /** A cohort of people who are known by nothing but their ids. */
    public void cohort(long id, String name, String... distinctIds) {
        results(
                id,
                name,
                Stream.of(distinctIds)
                        .map(distinctId -> "{\"$distinct_id\":" + JSON.valueToTree(distinctId) + ",\"$properties\":{}}")
                        .toArray(String[]::new));
    }

    /** A cohort whose members are these, as they stand in {@code results}. */
    public synchronized void results(long id, String name, String... members) {
        ArrayNode all = JSON.createArrayNode();
        for (String member : members) {
            all.addRawValue(new com.fasterxml.jackson.databind.util.RawValue(member));
        }
        cohorts.put(id, new Cohort(id, name, all.size(), all));
    }

    /** Mixpanel counts a cohort otherwise than it reads it. */
    public synchronized void count(long id, long members) {
        cohorts.computeIfPresent(id, (same, cohort) -> new Cohort(same, cohort.name(), members, cohort.members()));
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

    /** The fields of a request's form. */
    public static Map<String, String> form(Request request) {
        Map<String, String> form = new TreeMap<>();
        String text = new String(request.bytes(), StandardCharsets.UTF_8);
        Stream.of(text.split("&")).filter(pair -> !pair.isEmpty()).forEach(pair -> {
            String[] parts = pair.split("=", 2);
            form.put(decoded(parts[0]), decoded(parts[1]));
        });
        return form;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] bytes = exchange.getRequestBody().readAllBytes();
        Map<String, String> headers = LoopbackServer.headers(exchange);
        Request request = new Request(
                System.currentTimeMillis(),
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                headers,
                bytes,
                JSON.nullNode());
        requests.add(request);
        try {
            Answer answer = behaviour.apply(request);
            Said said = answer.applied() ? answer(request) : new Said(answer.status(), answer.body());
            TimeUnit.MILLISECONDS.sleep(answer.delayMillis());
            if (answer.status() != 0) {
                answer.headers().forEach(exchange.getResponseHeaders()::set);
                byte[] text = said.body().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(said.status(), text.length == 0 ? -1 : text.length);
                exchange.getResponseBody().write(text);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            exchange.close();
        }
    }

    private synchronized Said answer(Request request) {
        String basic = Base64.getEncoder().encodeToString(CREDENTIALS.getBytes(StandardCharsets.UTF_8));
        if (!("Basic " + basic).equals(request.headers().get("Authorization"))) {
            return error(401, "Invalid service account credentials");
        }
        if (!request.path().endsWith("?project_id=777")) {
            return error(400, "project_id is a required parameter");
        }
        if (!request.method().equals("POST")) {
            return error(405, "method not allowed");
        }
        if (request.path().contains("/api/query/cohorts/list?")) {
            return list();
        }
        return request.path().contains("/api/query/engage?") ? engage(form(request)) : error(404, "no such path");
    }

    private Said list() {
        ArrayNode all = JSON.createArrayNode();
        for (Cohort cohort : cohorts.values()) {
            all.addObject()
                    .put("id", cohort.id())
                    .put("name", cohort.name())
                    .put("count", cohort.count())
                    .put("description", "")
                    .put("created", "2026-11-01 08:00:00")
                    .put("is_visible", 1)
                    .put("project_id", 777);
        }
        return new Said(200, all.toString());
    }

    private Said engage(Map<String, String> form) {
        if (form.containsKey("page_size")) {
            return error(400, "unknown parameter page_size");
        }
        try {
            JsonNode wanted = JSON.readTree(form.getOrDefault("filter_by_cohort", "{}"));
            JsonNode properties = JSON.readTree(form.getOrDefault("output_properties", "[]"));
            Cohort cohort = cohorts.get(wanted.path("id").asLong());
            if (!wanted.path("id").isInt() || cohort == null || !properties.isArray()) {
                return error(400, "filter_by_cohort or output_properties is invalid");
            }
            int page = Integer.parseInt(form.getOrDefault("page", "0"));
            String session = form.getOrDefault("session_id", "1700000000-+/&=" + sessions.size());
            if (page > 0 && !sessions.containsKey(session)) {
                return error(400, "page needs the session_id of an earlier answer");
            }
            ArrayNode all = sessions.computeIfAbsent(session, fresh -> cohort.members());
            ObjectNode answer = JSON.createObjectNode();
            answer.put("page", page).put("page_size", pageSize).put("session_id", session);
            answer.put("status", "ok").put("total", all.size());
            ArrayNode results = answer.putArray("results");
            for (int i = page * pageSize; i < Math.min(all.size(), (page + 1) * pageSize); i++) {
                results.add(all.get(i));
            }
            return new Said(200, answer.toString());
        } catch (IOException e) {
            return error(400, "no JSON: " + e.getMessage());
        }
    }

    private static Said error(int status, String words) {
        return new Said(status, JSON.createObjectNode().put("error", words).toString());
    }

    @Override
    public void close() {
        server.close();
    }
}
