package io.cohortsync.sandbox;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The last requests as they came, whatever was answered. Bodies are kept as bytes, and older ones let go first. */
final class SegmentRequests {

    /** How many requests are remembered. */
    static final int REMEMBERED = 1_000;

    private static final long REMEMBERED_BODY_BYTES = 64L * 1024 * 1024;

    private final Clock clock;
    private final long bodyBudget;
    private final Deque<Entry> entries = new ArrayDeque<>();
    private final Deque<Entry> withBody = new ArrayDeque<>();
    private final Map<Refusal, Long> refusals = new EnumMap<>(Refusal.class);

    private long bodyBytes;
    private long count;

    SegmentRequests(Clock clock) {
        this(clock, REMEMBERED_BODY_BYTES);
    }

    SegmentRequests(Clock clock, long bodyBudget) {
        this.clock = clock;
        this.bodyBudget = bodyBudget;
    }

    synchronized void add(SegmentCall call, Line line, byte[] body, Optional<Refusal> refusal) {
        count++;
        refusal.ifPresent(reason -> refusals.merge(reason, 1L, Long::sum));
        Entry entry = new Entry(clock.instant(), call, line, body);
        entries.add(entry);
        withBody.add(entry);
        bodyBytes += body.length;
        if (entries.size() > REMEMBERED) {
            entries.remove();
        }
        while (bodyBytes > bodyBudget || withBody.size() > REMEMBERED) {
            bodyBytes -= withBody.remove().letGoOfBody();
        }
    }

    /** The last requests, oldest first. */
    synchronized List<Received> last(int most) {
        List<Received> last = new ArrayList<>(Math.min(most, entries.size()));
        entries.stream()
                .skip(Math.max(0, entries.size() - most))
                .map(Entry::received)
                .forEach(last::add);
        return last;
    }

    synchronized long count() {
        return count;
    }

    /** How many requests were refused, by the code of the answer. */
    synchronized Map<String, Long> refused() {
        Map<String, Long> byCode = new LinkedHashMap<>();
        for (Refusal refusal : Refusal.values()) {
            byCode.put(refusal.code(), refusals.getOrDefault(refusal, 0L));
        }
        return byCode;
    }

    synchronized void forget() {
        entries.clear();
        withBody.clear();
        refusals.clear();
        bodyBytes = 0;
        count = 0;
    }

    /**
     * A request without its body.
     *
     * @param authorization masked
     * @param bodySize in bytes, after unpacking
     * @param eventCount how many events the body held, 0 when it could not be read
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Line(
            String method,
            String path,
            Optional<String> contentType,
            Optional<String> contentEncoding,
            Optional<String> authorization,
            long bodySize,
            int eventCount,
            int status) {}

    /** A remembered request; the body is empty once it was let go of. */
    record Received(Instant at, SegmentCall call, Line line, Optional<byte[]> body) {}

    private static final class Entry {

        private final Instant at;
        private final SegmentCall call;
        private final Line line;
        private Optional<byte[]> body;

        Entry(Instant at, SegmentCall call, Line line, byte[] body) {
            this.at = at;
            this.call = call;
            this.line = line;
            this.body = Optional.of(body);
        }

        int letGoOfBody() {
            int length = body.map(bytes -> bytes.length).orElse(0);
            body = Optional.empty();
            return length;
        }

        Received received() {
            return new Received(at, call, line, body);
        }
    }
}
