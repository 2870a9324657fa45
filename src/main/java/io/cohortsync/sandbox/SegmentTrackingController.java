package io.cohortsync.sandbox;

import static org.springframework.web.bind.annotation.RequestMethod.DELETE;
import static org.springframework.web.bind.annotation.RequestMethod.GET;
import static org.springframework.web.bind.annotation.RequestMethod.HEAD;
import static org.springframework.web.bind.annotation.RequestMethod.OPTIONS;
import static org.springframework.web.bind.annotation.RequestMethod.PATCH;
import static org.springframework.web.bind.annotation.RequestMethod.POST;
import static org.springframework.web.bind.annotation.RequestMethod.PUT;
import static org.springframework.web.bind.annotation.RequestMethod.TRACE;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * A stand-in for Segment's Tracking HTTP API (contracts.md section 1): set a target's {@code base-url} to
 * {@code …/sandbox/segment} to send there instead.
 *
 * <p>A call is checked in this order: POST, body readable and within its limit, Content-Type, JSON and the events'
 * sizes, write key. What passes is answered with {@code {"success":true}}, whatever becomes of its events (1.3).
 */
@RestController
@WhenSandboxEnabled
class SegmentTrackingController {

    private static final String CALL = "/sandbox/segment/v1/{call:" + SegmentCall.PATTERN + "}";

    private final SegmentWorld world;
    private final SegmentRequests requests;

    SegmentTrackingController(SegmentWorld world, SegmentRequests requests) {
        this.world = world;
        this.requests = requests;
    }

    // Every method is mapped, so that a wrong one is remembered too; Segment's Java client adds the last slash.
    @RequestMapping(
            path = {CALL, CALL + "/"},
            method = {GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE})
    ResponseEntity<Map<String, Object>> receive(@PathVariable("call") String name, HttpServletRequest request)
            throws IOException {
        SegmentCall call = SegmentCall.of(name);
        ReceivedBody body = ReceivedBody.read(
                request.getInputStream(),
                header(request, HttpHeaders.CONTENT_ENCODING).orElse("").toLowerCase(Locale.ROOT),
                call.bodyLimit());
        int events = 0;
        try {
            checkRequest(request, body);
            SegmentMessage message = SegmentMessage.parse(call, body.bytes());
            events = message.events().size();
            if (!WriteKey.given(header(request, HttpHeaders.AUTHORIZATION).orElse(""), message.writeKey())) {
                throw new RefusedException(Refusal.UNAUTHORIZED, "no write key, or not in a form that Segment takes");
            }
            world.take(message.events());
        } catch (RefusedException refused) {
            Refusal refusal = refused.refusal();
            requests.add(call, line(request, body, events, refusal.status()), body.bytes(), Optional.of(refusal));
            return answer(refusal, refused.getMessage());
        }
        requests.add(call, line(request, body, events, 200), body.bytes(), Optional.empty());
        return ResponseEntity.ok(Map.of("success", true));
    }

    private static void checkRequest(HttpServletRequest request, ReceivedBody body) throws RefusedException {
        if (!HttpMethod.POST.matches(request.getMethod())) {
            throw new RefusedException(Refusal.METHOD_NOT_ALLOWED, "only POST is taken");
        }
        if (body.refusal().isPresent()) {
            throw new RefusedException(body.refusal().get(), "the body (" + body.size() + " bytes) is not taken");
        }
        if (!header(request, HttpHeaders.CONTENT_TYPE)
                .filter(SegmentTrackingController::isJson)
                .isPresent()) {
            throw new RefusedException(Refusal.CONTENT_TYPE_NOT_JSON, "Content-Type must be application/json");
        }
    }

    private static boolean isJson(String contentType) {
        try {
            return MediaType.APPLICATION_JSON.equalsTypeAndSubtype(MediaType.parseMediaType(contentType));
        } catch (InvalidMediaTypeException unreadable) {
            return false;
        }
    }

    // The shape that Segment's Python client reads errors in (contracts.md 1.3).
    private static ResponseEntity<Map<String, Object>> answer(Refusal refusal, String message) {
        ResponseEntity.BodyBuilder answer = ResponseEntity.status(refusal.status());
        if (refusal == Refusal.METHOD_NOT_ALLOWED) {
            answer.allow(HttpMethod.POST);
        }
        return answer.body(Map.of("code", refusal.code(), "message", message));
    }

    private static SegmentRequests.Line line(HttpServletRequest request, ReceivedBody body, int events, int status) {
        return new SegmentRequests.Line(
                request.getMethod(),
                request.getRequestURI(),
                header(request, HttpHeaders.CONTENT_TYPE),
                header(request, HttpHeaders.CONTENT_ENCODING),
                header(request, HttpHeaders.AUTHORIZATION).map(WriteKey::masked),
                body.size(),
                events,
                status);
    }

    private static Optional<String> header(HttpServletRequest request, String name) {
        return Optional.ofNullable(request.getHeader(name)).map(String::trim);
    }
}
