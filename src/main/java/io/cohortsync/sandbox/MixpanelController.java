package io.cohortsync.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.servlet.http.HttpServletRequest;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * A stand-in for Mixpanel's Query API (contracts.md 6.1): set a source's {@code base-url} to {@code …/sandbox/mixpanel} to
 * read there instead. Any service account is taken. Of people it tells cohort by cohort only.
 */
@RestController
@WhenSandboxEnabled
class MixpanelController {

    static final String ROOT = "/sandbox/mixpanel";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);
    private static final JsonMapper JSON = new JsonMapper();

    private final MixpanelWorld world;
    private final MixpanelDesk desk;

    MixpanelController(MixpanelWorld world, MixpanelDesk desk) {
        this.world = world;
        this.desk = desk;
    }

    @PostMapping(ROOT + "/api/query/cohorts/list")
    ResponseEntity<Object> list(HttpServletRequest request) {
        return desk.handle(
                request,
                project -> world.all().stream()
                        .filter(cohort -> cohort.projectId() == project)
                        .map(MixpanelController::listed)
                        .toList());
    }

    private static Map<String, Object> listed(MixpanelCohort cohort) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", cohort.id());
        fields.put("name", cohort.name());
        fields.put("count", cohort.members().size());
        fields.put("description", cohort.description());
        fields.put("created", TIME.format(cohort.created()));
        fields.put("is_visible", cohort.visible() ? 1 : 0);
        fields.put("project_id", cohort.projectId());
        return fields;
    }

    @PostMapping(ROOT + "/api/query/engage")
    ResponseEntity<Object> engage(HttpServletRequest request) {
        return desk.handle(request, project -> page(request, project));
    }

    @RequestMapping(ROOT + "/api/**")
    ResponseEntity<Object> other(HttpServletRequest request) {
        return desk.handle(request, project -> {
            throw new MixpanelRefusedException(404, "there is no such call");
        });
    }

    private Map<String, Object> page(HttpServletRequest request, long project) throws MixpanelRefusedException {
        MixpanelBehaviour behaviour = desk.behaviour();
        if (!behaviour.engageAccess()) {
            throw new MixpanelRefusedException(402, "your plan does not allow API calls to Engage");
        }
        String type = Optional.ofNullable(request.getContentType()).orElse("");
        if (!type.startsWith(MediaType.APPLICATION_FORM_URLENCODED_VALUE)) {
            throw new MixpanelRefusedException(400, "the body is no form");
        }
        JsonNode cohort = json(request, "filter_by_cohort").path("id");
        long id = MixpanelDesk.number(
                "filter_by_cohort", Optional.of(cohort.asText()).filter(given -> cohort.isIntegralNumber()));
        Optional<JsonNode> properties = properties(request);
        int number = (int) MixpanelDesk.number(
                "page", Optional.ofNullable(request.getParameter("page")).or(() -> Optional.of("0")));
        Optional<String> sessionId = Optional.ofNullable(request.getParameter("session_id"));
        if (number > 0 && sessionId.isEmpty()) {
            throw new MixpanelRefusedException(400, "session_id is required for page > 0");
        }
        MixpanelWorld.Session session =
                sessionId.isPresent() ? world.goOn(sessionId.get(), project, id) : world.begin(project, id);
        if (behaviour.brokenPage().filter(broken -> broken == number).isPresent()) {
            throw new MixpanelRefusedException(500, "an internal error occurred");
        }
        world.countPage();
        return page(session, number, properties, behaviour);
    }

    private static Map<String, Object> page(
            MixpanelWorld.Session session, int number, Optional<JsonNode> properties, MixpanelBehaviour behaviour) {
        List<MixpanelProfile> members = session.cohort().members();
        List<Map<String, Object>> results = members.stream()
                .skip((long) number * behaviour.pageSize())
                .limit(behaviour.pageSize())
                .map(member -> result(member, properties))
                .toList();
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("page", number);
        if (number > 0 && results.isEmpty() && behaviour.bareEnd()) {
            return page;
        }
        page.put("page_size", behaviour.pageSize());
        page.put("session_id", session.id());
        page.put("status", "ok");
        page.put("total", members.size() + behaviour.totalOff());
        page.put("results", results);
        return page;
    }

    private static Map<String, Object> result(MixpanelProfile member, Optional<JsonNode> asked) {
        Map<String, JsonNode> properties = new LinkedHashMap<>(member.properties());
        asked.ifPresent(names -> {
            properties.clear();
            names.forEach(name -> Optional.ofNullable(member.properties().get(name.asText()))
                    .ifPresent(value -> properties.put(name.asText(), value)));
        });
        return Map.of("$distinct_id", member.distinctId(), "$properties", properties);
    }

    private static Optional<JsonNode> properties(HttpServletRequest request) throws MixpanelRefusedException {
        if (request.getParameter("output_properties") == null) {
            return Optional.empty();
        }
        JsonNode names = json(request, "output_properties");
        if (!names.isArray()) {
            throw new MixpanelRefusedException(400, "output_properties is a JSON array");
        }
        return Optional.of(names);
    }

    private static JsonNode json(HttpServletRequest request, String field) throws MixpanelRefusedException {
        try {
            return JSON.readTree(
                    Optional.ofNullable(request.getParameter(field)).orElse(""));
        } catch (JsonProcessingException e) {
            throw new MixpanelRefusedException(400, field + " is not JSON");
        }
    }
}
