package io.cohortsync.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;

/**
 * Where every call to the stand-in for Customer.io passes: rate, credentials and body are checked, the call is remembered,
 * and what it refuses is answered in the shape of its API (contracts.md 8.4).
 */
final class CustomerIoDesk {

    private static final Duration A_SECOND = Duration.ofSeconds(1);
    private static final int BODY_BYTES = 4 * 1024 * 1024;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final CustomerIoRequests requests;
    private final Clock clock;
    private final Map<Api, Integer> mostCalls;
    private final Map<Api, CallRate> rates;

    /** Customer.io's two APIs. */
    enum Api {
        TRACK,
        APP
    }

    /** What a call does once it is let through. */
    @FunctionalInterface
    interface Work {
        Object on(JsonNode body) throws CustomerIoRefusedException;
    }

    /** @param trackRate and {@code appRate}: calls a second (contracts.md 8.4) */
    CustomerIoDesk(CustomerIoRequests requests, Clock clock, int trackRate, int appRate) {
        this.requests = requests;
        this.clock = clock;
        this.mostCalls = Map.of(Api.TRACK, trackRate, Api.APP, appRate);
        this.rates = Map.of(Api.TRACK, new CallRate(A_SECOND), Api.APP, new CallRate(A_SECOND));
    }

    ResponseEntity<Object> handle(Api api, HttpServletRequest request, Work work) throws IOException {
        ReceivedBody received = ReceivedBody.read(request.getInputStream(), "", BODY_BYTES);
        JsonNode body = JSON.missingNode();
        ResponseEntity<Object> answer;
        try {
            check(api, request, received);
            body = read(received);
            answer = ResponseEntity.ok(work.on(body));
        } catch (CustomerIoRefusedException refused) {
            answer = ResponseEntity.status(refused.status()).body(error(api, refused));
        }
        remember(request, received, body, answer.getStatusCode().value());
        return answer;
    }

    private void check(Api api, HttpServletRequest request, ReceivedBody received) throws CustomerIoRefusedException {
        if (!rates.get(api).take(System.nanoTime(), mostCalls.get(api))) {
            throw new CustomerIoRefusedException(429, "too many requests");
        }
        String authorization = header(request, HttpHeaders.AUTHORIZATION).orElse("");
        if (!(api == Api.TRACK ? basic(authorization) : authorization.matches("Bearer \\S+"))) {
            throw new CustomerIoRefusedException(401, "Unauthorized request");
        }
        if (received.refusal().isPresent()) {
            throw new CustomerIoRefusedException(413, "the body (" + received.size() + " bytes) is not taken");
        }
    }

    private static JsonNode read(ReceivedBody received) throws CustomerIoRefusedException {
        try {
            return JSON.readTree(received.bytes());
        } catch (JsonProcessingException e) {
            throw new CustomerIoRefusedException(400, "the body is not JSON");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Site id and tracking key, neither of them blank or with blanks. */
    private static boolean basic(String authorization) {
        if (!authorization.startsWith("Basic ")) {
            return false;
        }
        try {
            byte[] pair = Base64.getDecoder().decode(authorization.substring("Basic ".length()));
            return new String(pair, StandardCharsets.UTF_8).matches("[^\\s:]+:\\S+");
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    private static Object error(Api api, CustomerIoRefusedException refused) {
        return api == Api.TRACK
                ? Map.of("meta", Map.of("error", refused.getMessage()))
                : Map.of(
                        "errors",
                        List.of(Map.of("detail", refused.getMessage(), "status", String.valueOf(refused.status()))));
    }

    /** Remembers a call. */
    void remember(HttpServletRequest request, ReceivedBody received, JsonNode body, int status) {
        requests.add(new CustomerIoRequests.Line(
                clock.instant(),
                request.getMethod(),
                request.getRequestURI(),
                Optional.ofNullable(request.getQueryString()),
                header(request, HttpHeaders.CONTENT_TYPE),
                header(request, HttpHeaders.AUTHORIZATION).map(WriteKey::masked),
                received.size(),
                body.path("ids").size(),
                status,
                Optional.of(body)
                        .filter(kept -> kept.isContainerNode() && received.size() <= RequestLog.KEPT_BODY_BYTES)));
    }

    private static Optional<String> header(HttpServletRequest request, String name) {
        return Optional.ofNullable(request.getHeader(name));
    }
}
