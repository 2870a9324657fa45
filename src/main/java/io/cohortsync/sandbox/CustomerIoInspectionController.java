package io.cohortsync.sandbox;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * Makes people known to the stand-in for Customer.io, and shows whom it has in its segments. No part of Customer.io's
 * APIs: it is for people who try things out, and for tests.
 */
@RestController
@WhenSandboxEnabled
@RequestMapping(CustomerIoTrackController.ROOT)
class CustomerIoInspectionController {

    private final CustomerIoWorld world;
    private final CustomerIoRequests requests;

    CustomerIoInspectionController(CustomerIoWorld world, CustomerIoRequests requests) {
        this.world = world;
        this.requests = requests;
    }

    /** Somebody to be known from now on. */
    record Newcomer(Optional<String> id, Optional<String> email) {}

    /** A segment to be made by hand. */
    record NewSegment(String name, Optional<String> description, boolean manual) {}

    @PostMapping("/people")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void identify(@RequestBody List<Newcomer> people) {
        people.forEach(person -> world.identify(person.id(), person.email()));
    }

    @GetMapping("/people")
    List<CustomerIoPerson> people() {
        return world.people();
    }

    @PostMapping("/segments")
    Map<String, Object> make(@RequestBody NewSegment segment) {
        return world.create(segment.name(), segment.description(), segment.manual())
                .view();
    }

    @GetMapping("/segments")
    List<Map<String, Object>> segments() {
        return world.segments().stream().map(CustomerIoSegment::view).toList();
    }

    @GetMapping("/segments/{id}/members")
    ResponseEntity<Object> members(@PathVariable("id") int id) {
        try {
            return ResponseEntity.ok(world.page(id, "", Integer.MAX_VALUE).people());
        } catch (CustomerIoRefusedException unknown) {
            return ResponseEntity.of(ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, "No such segment."))
                    .build();
        }
    }

    @GetMapping("/requests")
    List<CustomerIoRequests.Line> requests(@RequestParam(name = "last", defaultValue = "100") int last) {
        return requests.last(Math.max(1, Math.min(last, CustomerIoRequests.REMEMBERED)));
    }

    @GetMapping("/stats")
    Map<String, Long> stats() {
        Map<String, Long> stats = new LinkedHashMap<>();
        stats.put("requests", requests.count());
        stats.putAll(world.counts());
        return stats;
    }

    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void forget() {
        world.forget();
        requests.forget();
    }
}
