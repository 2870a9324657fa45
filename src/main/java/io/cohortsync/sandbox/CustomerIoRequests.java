package io.cohortsync.sandbox;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The last requests to the stand-in for Customer.io, whatever was answered. */
final class CustomerIoRequests {

    /** How many requests are remembered. */
    static final int REMEMBERED = 1_000;

    private final Deque<Line> lines = new ArrayDeque<>();
    private long count;

    /**
     * A request without its body.
     *
     * @param authorization masked
     * @param bodySize in bytes
     * @param idCount how many ids the body held, 0 when it is no change of a segment
     * @param body empty where there was none that could be read, or it was large
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Line(
            Instant at,
            String method,
            String path,
            Optional<String> query,
            Optional<String> contentType,
            Optional<String> authorization,
            long bodySize,
            int idCount,
            int status,
            Optional<JsonNode> body) {}

    synchronized void add(Line line) {
        count++;
        lines.add(line);
        if (lines.size() > REMEMBERED) {
            lines.remove();
        }
    }

    /** The last requests, oldest first. */
    synchronized List<Line> last(int most) {
        return new ArrayList<>(lines).subList(Math.max(0, lines.size() - most), lines.size());
    }

    synchronized long count() {
        return count;
    }

    synchronized void forget() {
        lines.clear();
        count = 0;
    }
}
