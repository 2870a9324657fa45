package io.cohortsync.sandbox;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriUtils;

/**
 * Shows what the stand-in for Segment received. No part of Segment's API: it is for people who try things out, and
 * for tests.
 *
 * <p>Users and traits are named in the path, percent-encoded, or as a parameter. The parameter takes every name; the
 * path does not, since the web server itself refuses an encoded slash or backslash and resolves dots.
 */
@RestController
@WhenSandboxEnabled
@RequestMapping(SegmentInspectionController.ROOT)
class SegmentInspectionController {

    static final String ROOT = "/sandbox/segment";

    private final SegmentWorld world;
    private final SegmentRequests requests;

    SegmentInspectionController(SegmentWorld world, SegmentRequests requests) {
        this.world = world;
        this.requests = requests;
    }

    @GetMapping("/users/**")
    ResponseEntity<Object> userInPath(HttpServletRequest request) {
        return user(nameInPath(request, "/users/"));
    }

    @GetMapping(path = "/users", params = "userId")
    ResponseEntity<Object> user(@RequestParam("userId") String userId) {
        return world.traitsOf(userId)
                .<ResponseEntity<Object>>map(traits -> ResponseEntity.ok(new User(userId, traits)))
                .orElseGet(() -> problem(HttpStatus.NOT_FOUND, "No user of this id was identified here."));
    }

    @GetMapping("/traits/**")
    TraitView traitInPath(
            HttpServletRequest request, @RequestParam(name = "members", defaultValue = "false") boolean members) {
        return trait(nameInPath(request, "/traits/"), members);
    }

    @GetMapping(path = "/traits", params = "trait")
    TraitView trait(
            @RequestParam("trait") String trait,
            @RequestParam(name = "members", defaultValue = "false") boolean members) {
        SegmentWorld.TraitCount count = world.count(trait);
        return new TraitView(
                trait, count.isTrue(), count.isFalse(), members ? Optional.of(world.members(trait)) : Optional.empty());
    }

    @GetMapping("/requests")
    ResponseEntity<Object> requests(
            @RequestParam(name = "last", defaultValue = "100") int last,
            @RequestParam(name = "bodies", defaultValue = "false") boolean bodies) {
        if (last < 1 || last > SegmentRequests.REMEMBERED) {
            return problem(HttpStatus.BAD_REQUEST, "last is a number from 1 to " + SegmentRequests.REMEMBERED + ".");
        }
        return ResponseEntity.ok(requests.last(last).stream()
                .map(received -> view(received, bodies))
                .toList());
    }

    @GetMapping("/stats")
    Stats stats() {
        return new Stats(requests.count(), requests.refused(), world.counts());
    }

    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void forget() {
        world.forget();
        requests.forget();
    }

    // The raw path, because the decoded one no longer tells a name's own characters from the URL's.
    private static String nameInPath(HttpServletRequest request, String parent) {
        String prefix = request.getContextPath() + ROOT + parent;
        String path = request.getRequestURI();
        return path.startsWith(prefix) ? UriUtils.decode(path.substring(prefix.length()), StandardCharsets.UTF_8) : "";
    }

    private static RequestView view(SegmentRequests.Received received, boolean bodies) {
        return new RequestView(received.at(), received.line(), bodies ? events(received) : Optional.empty());
    }

    private static Optional<List<JsonNode>> events(SegmentRequests.Received received) {
        return received.body().flatMap(body -> {
            try {
                return Optional.of(SegmentMessage.parse(received.call(), body).events().stream()
                        .<JsonNode>map(SegmentEvent::fields)
                        .toList());
            } catch (RefusedException refused) {
                return Optional.empty();
            }
        });
    }

    private static ResponseEntity<Object> problem(HttpStatus status, String detail) {
        return ResponseEntity.of(ProblemDetail.forStatusAndDetail(status, detail))
                .build();
    }

    /** A user's traits, sorted by name. */
    record User(String userId, Map<String, JsonNode> traits) {}

    /** How many users have the trait, and who, if asked. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record TraitView(
            String trait,
            @JsonProperty("true") long isTrue,
            @JsonProperty("false") long isFalse,
            Optional<List<String>> members) {}

    /** A request as received; events as Segment would see them, if asked for and still remembered. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record RequestView(Instant at, @JsonUnwrapped SegmentRequests.Line line, Optional<List<JsonNode>> events) {}

    /** Requests, also the refused ones by their code, and what became of the events of the others. */
    record Stats(
            long requests,
            Map<String, Long> refused,
            @JsonUnwrapped SegmentWorld.EventCounts events) {}
}
