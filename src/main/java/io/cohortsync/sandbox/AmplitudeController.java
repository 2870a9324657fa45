package io.cohortsync.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * A stand-in for Amplitude's cohort API (contracts.md sections 3.2 and 4): set a target's {@code base-url} to {@code
 * …/sandbox/amplitude} to send there instead. Any API key with a secret key is taken.
 */
@RestController
@WhenSandboxEnabled
class AmplitudeController {

    static final String ROOT = "/sandbox/amplitude";

    /** Most identifiers of one request (contracts.md 4.2); above it HTTP 400. */
    static final int IDENTIFIERS = 100_000;

    // Contracts.md names no limit of bytes; this many identifiers of a usual length have room.
    private static final int BODY_BYTES = 15 * 1024 * 1024;

    private static final Set<String> AMPLITUDE_IDS = Set.of("BY_ID", "BY_AMP_ID");
    private static final JsonMapper JSON = new JsonMapper();

    private final AmplitudeWorld world;
    private final AmplitudeRequests requests;
    private final Clock clock = Clock.systemUTC();

    AmplitudeController(AmplitudeWorld world, AmplitudeRequests requests) {
        this.world = world;
        this.requests = requests;
    }

    @RequestMapping(ROOT + "/api/**")
    ResponseEntity<Map<String, Object>> receive(HttpServletRequest request) throws IOException {
        ReceivedBody body = ReceivedBody.read(request.getInputStream(), "", BODY_BYTES);
        Optional<JsonNode> json = json(body.bytes());
        int status = 200;
        Map<String, Object> answer;
        try {
            answer = answer(request, json);
        } catch (AmplitudeRefusedException refused) {
            status = refused.status();
            // The shape of contracts.md 4.1.
            answer = Map.of(
                    "error", Map.of("http_code", status, "type", "invalid_request", "message", refused.getMessage()));
        }
        requests.add(new AmplitudeRequests.Received(
                clock.instant(),
                request.getMethod(),
                request.getRequestURI(),
                authorization(request).map(WriteKey::masked),
                body.size(),
                status,
                json.filter(kept -> body.size() <= AmplitudeRequests.KEPT_BODY_BYTES)));
        return ResponseEntity.status(status).body(answer);
    }

    private Map<String, Object> answer(HttpServletRequest request, Optional<JsonNode> json)
            throws AmplitudeRefusedException {
        if (authorization(request).filter(AmplitudeController::valid).isEmpty()) {
            throw new AmplitudeRefusedException(401, "an API key and a secret key are needed");
        }
        String call = request.getMethod() + " "
                + request.getRequestURI().substring(request.getContextPath().length() + ROOT.length());
        return switch (call) {
            case "GET /api/3/cohorts" -> list();
            case "POST /api/3/cohorts/upload" -> upload(object(json));
            case "POST /api/3/cohorts/membership" -> membership(object(json));
            default -> throw new AmplitudeRefusedException(404, "there is no such call");
        };
    }

    private Map<String, Object> list() {
        List<Map<String, Object>> cohorts = world.all().stream()
                .filter(AmplitudeWorld.View::published)
                .map(AmplitudeController::listed)
                .toList();
        return Map.of("cohorts", cohorts);
    }

    private static Map<String, Object> listed(AmplitudeWorld.View cohort) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", cohort.id());
        fields.put("name", cohort.name());
        fields.put("appId", cohort.appId());
        fields.put("archived", false);
        fields.put("published", true);
        fields.put("finished", true);
        fields.put("size", cohort.size());
        fields.put("type", "manual_upload");
        fields.put("owners", List.of(cohort.owner()));
        fields.put("createdAt", cohort.createdAt().getEpochSecond());
        return fields;
    }

    private Map<String, Object> upload(JsonNode body) throws AmplitudeRefusedException {
        for (String field : List.of("name", "app_id", "id_type", "owner", "published")) {
            if (body.path(field).asText().isBlank()) {
                throw new AmplitudeRefusedException(400, field + " is missing");
            }
        }
        String idType = oneOf(body.path("id_type"), Set.of("BY_USER_ID", "BY_AMP_ID"));
        List<String> ids = ids(body);
        String cohort = world.create(
                        body.path("name").asText(),
                        body.path("app_id").asText(),
                        body.path("owner").asText(),
                        body.path("published").asBoolean(),
                        ids,
                        AMPLITUDE_IDS.contains(idType))
                .orElseThrow(() -> new AmplitudeRefusedException(400, "none of the ids is known"));
        int matched = world.members(cohort).orElse(List.of()).size();
        return Map.of("cohortId", cohort, "metadata", Map.of("matched", matched, "total", ids.size()));
    }

    private Map<String, Object> membership(JsonNode body) throws AmplitudeRefusedException {
        String cohort = body.path("cohort_id").asText();
        if (!world.has(cohort)) {
            throw new AmplitudeRefusedException(400, "Invalid cohort ID");
        }
        if (!world.enter(cohort)) {
            throw new AmplitudeRefusedException(429, "another call is about this cohort");
        }
        try {
            List<Map<String, Object>> results = new ArrayList<>();
            for (JsonNode membership : body.path("memberships")) {
                results.add(change(cohort, membership));
            }
            return Map.of("cohort_id", cohort, "memberships_result", results);
        } finally {
            world.leave(cohort);
        }
    }

    private Map<String, Object> change(String cohort, JsonNode membership) throws AmplitudeRefusedException {
        String idType = oneOf(membership.path("id_type"), Set.of("BY_NAME", "BY_ID", "BY_AMP_ID"));
        String operation = oneOf(membership.path("operation"), Set.of("ADD", "REMOVE"));
        Set<String> skipped =
                world.change(cohort, operation.equals("ADD"), ids(membership), AMPLITUDE_IDS.contains(idType));
        return Map.of("skipped_ids", skipped, "id_type", idType, "operation", operation);
    }

    private static List<String> ids(JsonNode holder) throws AmplitudeRefusedException {
        List<String> ids = new ArrayList<>();
        for (JsonNode id : holder.path("ids")) {
            if (!id.isTextual()) {
                throw new AmplitudeRefusedException(400, "ids are strings");
            }
            ids.add(id.textValue());
        }
        if (ids.isEmpty() || ids.size() > IDENTIFIERS) {
            throw new AmplitudeRefusedException(400, "ids holds " + ids.size() + " of 1 to " + IDENTIFIERS);
        }
        return ids;
    }

    private static String oneOf(JsonNode value, Set<String> accepted) throws AmplitudeRefusedException {
        if (!accepted.contains(value.asText())) {
            throw new AmplitudeRefusedException(400, "found " + value + " instead of one of " + accepted);
        }
        return value.asText();
    }

    private static JsonNode object(Optional<JsonNode> json) throws AmplitudeRefusedException {
        return json.filter(JsonNode::isObject)
                .orElseThrow(() -> new AmplitudeRefusedException(400, "the body is no JSON object"));
    }

    private static Optional<JsonNode> json(byte[] body) {
        try {
            return Optional.ofNullable(JSON.readTree(body)).filter(node -> !node.isMissingNode());
        } catch (IOException broken) {
            return Optional.empty();
        }
    }

    private static Optional<String> authorization(HttpServletRequest request) {
        return Optional.ofNullable(request.getHeader(HttpHeaders.AUTHORIZATION));
    }

    /** HTTP Basic with two keys (contracts.md 3.1). */
    private static boolean valid(String authorization) {
        try {
            String pair = new String(
                    Base64.getDecoder().decode(authorization.replaceFirst("^Basic ", "")), StandardCharsets.UTF_8);
            return authorization.startsWith("Basic ") && pair.matches("[^:]+:.+");
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }
}
