package io.cohortsync.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.cohortsync.sandbox.CustomerIoDesk.Api;
import io.cohortsync.sandbox.CustomerIoWorld.IdType;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * A stand-in for Customer.io's Track API (contracts.md 8.1, 8.2): set a target's {@code base-url} to
 * {@code …/sandbox/customerio}, or to {@code …/sandbox/customerio/other-region} to be redirected from there.
 */
@RestController
@WhenSandboxEnabled
class CustomerIoTrackController {

    static final String ROOT = "/sandbox/customerio";

    private static final String OTHER_REGION = ROOT + "/other-region";
    private static final int IDS = 1_000;

    private final CustomerIoWorld world;
    private final CustomerIoDesk desk;

    CustomerIoTrackController(CustomerIoWorld world, CustomerIoDesk desk) {
        this.world = world;
        this.desk = desk;
    }

    @PostMapping(ROOT + "/api/v1/segments/{segment}/{change:add_customers|remove_customers}")
    ResponseEntity<Object> change(
            @PathVariable("segment") int segment,
            @PathVariable("change") String change,
            @RequestParam(name = "id_type", defaultValue = "id") String idType,
            HttpServletRequest request)
            throws IOException {
        return desk.handle(Api.TRACK, request, body -> {
            Optional<IdType> type = IdType.of(idType);
            if (type.isEmpty()) {
                throw new CustomerIoRefusedException(400, "id_type is id, email or cio_id");
            }
            world.change(segment, type.get(), ids(body), change.equals("add_customers"));
            return Map.of();
        });
    }

    private static List<String> ids(JsonNode body) throws CustomerIoRefusedException {
        List<String> ids = new ArrayList<>();
        for (JsonNode id : body.path("ids")) {
            if (!id.isTextual() || id.asText().isBlank()) {
                throw new CustomerIoRefusedException(400, "ids are texts that are not blank");
            }
            ids.add(id.asText());
        }
        if (ids.isEmpty() || ids.size() > IDS) {
            throw new CustomerIoRefusedException(400, ids.size() + " ids, from 1 to " + IDS + " are taken");
        }
        return ids;
    }

    @PutMapping(ROOT + "/api/v1/customers/{id}")
    ResponseEntity<Object> identify(@PathVariable("id") String id, HttpServletRequest request) throws IOException {
        return desk.handle(Api.TRACK, request, body -> {
            world.identify(
                    Optional.of(id), Optional.ofNullable(body.path("email").textValue()));
            return Map.of();
        });
    }

    @GetMapping(ROOT + "/api/v1/accounts/region")
    ResponseEntity<Object> region(HttpServletRequest request) throws IOException {
        return desk.handle(
                Api.TRACK,
                request,
                body -> Map.of("url", "https://track.customer.io", "region", "us", "environment_id", 1));
    }

    /** The account lives in the other region (contracts.md 8.1); by the status that most clients turn a POST into a GET for. */
    @RequestMapping(OTHER_REGION + "/api/**")
    ResponseEntity<Object> redirect(HttpServletRequest request) throws IOException {
        String query = Optional.ofNullable(request.getQueryString())
                .map(text -> "?" + text)
                .orElse("");
        desk.remember(
                request,
                ReceivedBody.read(request.getInputStream(), "", 0),
                MissingNode.getInstance(),
                HttpStatus.MOVED_PERMANENTLY.value());
        return ResponseEntity.status(HttpStatus.MOVED_PERMANENTLY)
                .header("Location", ROOT + request.getRequestURI().substring(OTHER_REGION.length()) + query)
                .build();
    }

    /** The App API does not redirect: the wrong region knows no such key (contracts.md 8.1). */
    @RequestMapping(OTHER_REGION + "/v1/**")
    ResponseEntity<Object> elsewhere(HttpServletRequest request) throws IOException {
        return desk.handle(Api.APP, request, body -> {
            throw new CustomerIoRefusedException(401, "Unauthorized request");
        });
    }
}
