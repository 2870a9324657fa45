package io.cohortsync.sandbox;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A misbehaviour of a vendor that somebody asked for.
 *
 * @param path only calls whose path holds this text; empty: all calls of the vendor's API
 * @param status answered instead of what the call would be; nothing is applied
 * @param headers sent with that status, such as {@code Retry-After}
 * @param delayMillis how long the call waits before anything else
 * @param drop whether the answer breaks off, and if the call is applied then
 * @param every only every so many-th matching call; by default each
 * @param times only so many calls in all; empty: for ever
 * @param forSeconds only so long from when it was asked for; empty: for ever
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record Fault(
        Optional<String> path,
        Optional<Integer> status,
        Map<String, String> headers,
        long delayMillis,
        Optional<Drop> drop,
        int every,
        Optional<Integer> times,
        Optional<Long> forSeconds) {

    /** When a connection breaks. */
    enum Drop {
        /** Nothing is applied. */
        @JsonProperty("before")
        BEFORE,
        /** The call is applied. */
        @JsonProperty("after")
        AFTER
    }

    Fault {
        headers = headers == null ? Map.of() : Map.copyOf(headers);
        every = Math.max(1, every);
    }

    boolean concerns(String calledPath) {
        return path.filter(text -> !calledPath.contains(text)).isEmpty();
    }

    /** What a caller notices of it. */
    String words() {
        return drop.map(when -> "drop " + when.name().toLowerCase(Locale.ROOT))
                .or(() -> status.map(code -> "status " + code))
                .orElse("delay " + delayMillis + " ms");
    }

    Optional<Duration> lasting() {
        return forSeconds.map(Duration::ofSeconds);
    }
}
