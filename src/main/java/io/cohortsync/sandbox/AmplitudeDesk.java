package io.cohortsync.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;

/**
 * Where every call to the stand-in for Amplitude passes: its keys are checked, it is remembered, and what is refused is
 * answered in Amplitude's shape (contracts.md 4.1).
 */
final class AmplitudeDesk {

    // Contracts.md names no limit of bytes; as many identifiers of a usual length as a call may hold have room.
    private static final int BODY_BYTES = 15 * 1024 * 1024;

    private static final JsonMapper JSON = new JsonMapper();

    private final Clock clock;
    private final RequestLog log = new RequestLog();

    AmplitudeDesk(Clock clock) {
        this.clock = clock;
    }

    /** What a call does once it is let through. */
    @FunctionalInterface
    interface Work {
        ResponseEntity<?> on(Optional<JsonNode> body) throws AmplitudeRefusedException;
    }

    ResponseEntity<?> handle(HttpServletRequest request, Work work) throws IOException {
        ReceivedBody body = ReceivedBody.read(request.getInputStream(), "", BODY_BYTES);
        Optional<JsonNode> json = json(body.bytes());
        ResponseEntity<?> answer;
        try {
            if (BasicCredentials.of(authorization(request)).isEmpty()) {
                throw new AmplitudeRefusedException(401, "an API key and a secret key are needed");
            }
            answer = work.on(json);
        } catch (AmplitudeRefusedException refused) {
            answer = ResponseEntity.status(refused.status())
                    .body(Map.of(
                            "error",
                            Map.of(
                                    "http_code",
                                    refused.status(),
                                    "type",
                                    "invalid_request",
                                    "message",
                                    refused.getMessage())));
        }
        log.add(new RequestLog.Received(
                clock.instant(),
                request.getMethod(),
                request.getRequestURI(),
                Optional.ofNullable(request.getQueryString()),
                authorization(request).map(WriteKey::masked),
                body.size(),
                answer.getStatusCode().value(),
                json.filter(kept -> body.size() <= RequestLog.KEPT_BODY_BYTES)));
        return answer;
    }

    /** Remembers a call for a pre-signed link, whose query is a secret. */
    void rememberLink(HttpServletRequest request, int status) {
        log.add(new RequestLog.Received(
                clock.instant(),
                request.getMethod(),
                request.getRequestURI(),
                Optional.empty(),
                authorization(request).map(WriteKey::masked),
                0,
                status,
                Optional.empty()));
    }

    RequestLog log() {
        return log;
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
}
