package io.cohortsync.sandbox;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The last requests to a stand-in as they came, whatever was answered; large bodies are let go. */
final class RequestLog {

    /** How many requests are remembered. */
    static final int REMEMBERED = 1_000;

    /** Larger bodies, in bytes, are not kept. */
    static final int KEPT_BODY_BYTES = 32 * 1024;

    private final Deque<Received> requests = new ArrayDeque<>();
    private long count;

    /**
     * A request.
     *
     * @param query of an API call only: a pre-signed link's is a secret
     * @param authorization masked
     * @param bodySize in bytes
     * @param body empty where there was none that could be read, or it was large
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Received(
            Instant at,
            String method,
            String path,
            Optional<String> query,
            Optional<String> authorization,
            long bodySize,
            int status,
            Optional<JsonNode> body) {}

    synchronized void add(Received request) {
        count++;
        requests.add(request);
        if (requests.size() > REMEMBERED) {
            requests.remove();
        }
    }

    /** The last requests, oldest first. */
    synchronized List<Received> last(int most) {
        return requests.stream().skip(Math.max(0, requests.size() - most)).toList();
    }

    synchronized long count() {
        return count;
    }

    synchronized void forget() {
        count = 0;
        requests.clear();
    }
}
