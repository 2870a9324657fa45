package io.cohortsync.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * A stand-in for Amplitude's cohort API (contracts.md sections 3.2 and 4): set a target's {@code base-url} to {@code
 * …/sandbox/amplitude} to send there instead, or a source's to read there. Any API key with a secret key is taken.
 */
@RestController
@WhenSandboxEnabled
class AmplitudeController {

    static final String ROOT = "/sandbox/amplitude";

    /** Most identifiers of one request (contracts.md 4.2); above it HTTP 400. */
    static final int IDENTIFIERS = 100_000;

    private static final Set<String> AMPLITUDE_IDS = Set.of("BY_ID", "BY_AMP_ID");

    private final AmplitudeWorld world;
    private final AmplitudeDownloads downloads;
    private final AmplitudeDesk desk;

    AmplitudeController(AmplitudeWorld world, AmplitudeDownloads downloads, AmplitudeDesk desk) {
        this.world = world;
        this.downloads = downloads;
        this.desk = desk;
    }

    @RequestMapping(ROOT + "/api/**")
    ResponseEntity<?> receive(HttpServletRequest request) throws IOException {
        return desk.handle(request, json -> ResponseEntity.ok(answer(request, json)));
    }

    private Map<String, Object> answer(HttpServletRequest request, Optional<JsonNode> json)
            throws AmplitudeRefusedException {
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
                .filter(cohort -> cohort.about().published())
                .map(this::listed)
                .toList();
        return Map.of("cohorts", cohorts);
    }

    /** Contracts.md 3.2; what is not finished has neither size nor time. */
    private Map<String, Object> listed(AmplitudeCohort.View cohort) {
        AmplitudeAbout about = cohort.about();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", cohort.id());
        fields.put("name", about.name());
        fields.put("appId", about.appId());
        fields.put("archived", about.archived());
        fields.put("published", about.published());
        fields.put("finished", about.finished());
        fields.put("type", about.type());
        fields.put("description", about.description());
        fields.put("definition", Map.of());
        fields.put("owners", List.of(about.owner()));
        fields.put("viewers", List.of());
        fields.put("hidden", about.hidden());
        fields.put("lastMod", cohort.lastMod().getEpochSecond());
        fields.put("createdAt", cohort.createdAt().getEpochSecond());
        cohort.size()
                .ifPresent(
                        size -> fields.put("size", size + downloads.behaviour().sizeOff()));
        cohort.lastComputed().ifPresent(time -> fields.put("lastComputed", time.getEpochSecond()));
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
        AmplitudeAbout about = AmplitudeAbout.uploaded(
                body.path("name").asText(),
                body.path("app_id").asText(),
                body.path("owner").asText(),
                body.path("published").asBoolean());
        String cohort = world.create(about, ids, AMPLITUDE_IDS.contains(idType))
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
}
