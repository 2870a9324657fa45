package io.cohortsync.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;

/**
 * Where every query of the stand-in for Mixpanel passes: account, project and limits are checked, it is remembered, and
 * what is refused is answered in Mixpanel's shape (contracts.md 6.1).
 */
final class MixpanelDesk {

    private final Clock clock;
    private final RequestLog log = new RequestLog();
    private final CallRate recent = new CallRate(Duration.ofHours(1));
    private final AtomicInteger atOnce = new AtomicInteger();
    private volatile MixpanelBehaviour behaviour = MixpanelBehaviour.usual();

    MixpanelDesk(Clock clock) {
        this.clock = clock;
    }

    /** What a query does once it is let through. */
    @FunctionalInterface
    interface Work {
        Object on(long project) throws MixpanelRefusedException;
    }

    ResponseEntity<Object> handle(HttpServletRequest request, Work work) {
        ResponseEntity<Object> answer;
        try {
            answer = ResponseEntity.ok(query(request, work));
        } catch (MixpanelRefusedException refused) {
            answer = ResponseEntity.status(refused.status())
                    .body(Map.of("error", refused.getMessage(), "status", "error"));
        }
        log.add(new RequestLog.Received(
                clock.instant(),
                request.getMethod(),
                request.getRequestURI(),
                Optional.ofNullable(request.getQueryString()),
                header(request, HttpHeaders.AUTHORIZATION).map(WriteKey::masked),
                Math.max(0, request.getContentLengthLong()),
                answer.getStatusCode().value(),
                Optional.of(form(request)).filter(fields -> !fields.isEmpty())));
        return answer;
    }

    private Object query(HttpServletRequest request, Work work) throws MixpanelRefusedException {
        if (BasicCredentials.of(header(request, HttpHeaders.AUTHORIZATION)).isEmpty()) {
            throw new MixpanelRefusedException(401, "a service account's username and secret are needed");
        }
        long project = number("project_id", Optional.ofNullable(request.getParameter("project_id")));
        MixpanelBehaviour limits = behaviour;
        if (!recent.take(System.nanoTime(), limits.perHour())) {
            throw new MixpanelRefusedException(429, "Exceeded the limit of " + limits.perHour() + " queries per hour");
        }
        try {
            if (atOnce.incrementAndGet() > limits.concurrent()) {
                throw new MixpanelRefusedException(
                        429, "Exceeded the limit of " + limits.concurrent() + " concurrent queries");
            }
            TimeUnit.MILLISECONDS.sleep(limits.queryMillis());
            return work.on(project);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MixpanelRefusedException(503, "the query was interrupted");
        } finally {
            atOnce.decrementAndGet();
        }
    }

    static long number(String name, Optional<String> given) throws MixpanelRefusedException {
        return given.filter(text -> text.matches("\\d{1,18}"))
                .map(Long::valueOf)
                .orElseThrow(() -> new MixpanelRefusedException(400, name + " is required, and a number"));
    }

    MixpanelBehaviour behaviour() {
        return behaviour;
    }

    void behave(MixpanelBehaviour chosen) {
        behaviour = chosen;
    }

    RequestLog log() {
        return log;
    }

    void forget() {
        log.forget();
        recent.forget();
        behaviour = MixpanelBehaviour.usual();
    }

    private static JsonNode form(HttpServletRequest request) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        request.getParameterMap().forEach((name, values) -> fields.put(name, String.join(",", values)));
        return fields;
    }

    private static Optional<String> header(HttpServletRequest request, String name) {
        return Optional.ofNullable(request.getHeader(name));
    }
}
