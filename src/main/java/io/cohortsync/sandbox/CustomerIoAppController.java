package io.cohortsync.sandbox;

import io.cohortsync.sandbox.CustomerIoDesk.Api;
import io.cohortsync.sandbox.CustomerIoWorld.Page;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A stand-in for the segments of Customer.io's App API (contracts.md 8.3). */
@RestController
@WhenSandboxEnabled
@RequestMapping(CustomerIoTrackController.ROOT + "/v1/segments")
class CustomerIoAppController {

    private static final int PAGE = 30_000;

    private final CustomerIoWorld world;
    private final CustomerIoDesk desk;

    CustomerIoAppController(CustomerIoWorld world, CustomerIoDesk desk) {
        this.world = world;
        this.desk = desk;
    }

    @GetMapping
    ResponseEntity<Object> all(HttpServletRequest request) throws IOException {
        return desk.handle(
                Api.APP,
                request,
                body -> Map.of(
                        "segments",
                        world.segments().stream().map(CustomerIoSegment::view).toList()));
    }

    @PostMapping
    ResponseEntity<Object> create(HttpServletRequest request) throws IOException {
        return desk.handle(Api.APP, request, body -> {
            String name = body.path("segment").path("name").asText();
            if (name.isBlank()) {
                throw new CustomerIoRefusedException(400, "segment.name is missing");
            }
            Optional<String> description =
                    Optional.ofNullable(body.path("segment").path("description").textValue());
            return Map.of("segment", world.create(name, description, true).view());
        });
    }

    @GetMapping("/{id}")
    ResponseEntity<Object> one(@PathVariable("id") int id, HttpServletRequest request) throws IOException {
        return desk.handle(
                Api.APP, request, body -> Map.of("segment", world.segment(id).view()));
    }

    @DeleteMapping("/{id}")
    ResponseEntity<Object> delete(@PathVariable("id") int id, HttpServletRequest request) throws IOException {
        ResponseEntity<Object> answer = desk.handle(Api.APP, request, body -> {
            world.delete(id);
            return Map.of();
        });
        return answer.getStatusCode().is2xxSuccessful()
                ? ResponseEntity.noContent().build()
                : answer;
    }

    @GetMapping("/{id}/customer_count")
    ResponseEntity<Object> count(@PathVariable("id") int id, HttpServletRequest request) throws IOException {
        return desk.handle(
                Api.APP,
                request,
                body -> Map.of("count", world.segment(id).members().size()));
    }

    @GetMapping("/{id}/membership")
    ResponseEntity<Object> membership(
            @PathVariable("id") int id,
            @RequestParam(name = "start", defaultValue = "") String start,
            @RequestParam(name = "limit", defaultValue = "1000") int limit,
            HttpServletRequest request)
            throws IOException {
        return desk.handle(Api.APP, request, body -> {
            if (limit < 1 || limit > PAGE) {
                throw new CustomerIoRefusedException(400, "limit is a number from 1 to " + PAGE);
            }
            return view(id, world.page(id, start, limit));
        });
    }

    private static Map<String, Object> view(int segment, Page page) {
        List<Map<String, Object>> identifiers =
                page.people().stream().map(CustomerIoAppController::identifiers).toList();
        List<String> ids =
                page.people().stream().map(person -> person.id().orElse("")).toList();
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("segment_id", segment);
        // Of nobody, Customer.io says null.
        view.put("ids", ids.isEmpty() ? null : ids);
        view.put("identifiers", identifiers.isEmpty() ? null : identifiers);
        view.put("next", page.next());
        return view;
    }

    private static Map<String, Object> identifiers(CustomerIoPerson person) {
        Map<String, Object> identifiers = new LinkedHashMap<>();
        identifiers.put("cio_id", person.cioId());
        identifiers.put("id", person.id().orElse(null));
        identifiers.put("email", person.email().orElse(null));
        return identifiers;
    }
}
