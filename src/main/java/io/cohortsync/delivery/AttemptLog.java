package io.cohortsync.delivery;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** The last attempts of this node at each target, for whoever wants to see what is going on. */
@Component
public class AttemptLog {

    private static final int KEPT = 20;

    private final Clock clock;
    private final Map<String, Deque<Attempt>> byTarget = new HashMap<>();

    AttemptLog(Clock clock) {
        this.clock = clock;
    }

    /**
     * One HTTP call, or what came instead of it.
     *
     * @param millis how long it took
     * @param outcome {@code taken}, {@code taken in part}, {@code unmatched} (nobody in it is known there), {@code try
     *     later}, {@code records rejected}, {@code misconfigured} or {@code held}
     * @param unmatched how many of it the target does not know, if any
     * @param status the HTTP status of an answer that was not good
     * @param words what the target said then, without secrets and member keys
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Attempt(
            Instant at,
            long millis,
            String sync,
            long run,
            long enters,
            long exits,
            String outcome,
            Optional<Long> unmatched,
            Optional<Integer> status,
            Optional<String> words) {}

    void answered(Batch batch, long unmatched) {
        String outcome = unmatched == 0 ? "taken" : unmatched < batch.size() ? "taken in part" : "unmatched";
        add(batch, outcome, Optional.of(unmatched).filter(some -> some > 0), Optional.empty(), Optional.empty());
    }

    void failed(Batch batch, Failure failure) {
        add(
                batch,
                failure.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                Optional.empty(),
                failure.status(),
                Optional.of(failure.words()));
    }

    private synchronized void add(
            Batch batch, String outcome, Optional<Long> unmatched, Optional<Integer> status, Optional<String> words) {
        LinkDelivery delivery = batch.delivery();
        Instant began = batch.callBegan();
        Deque<Attempt> attempts = byTarget.computeIfAbsent(delivery.target().name(), target -> new ArrayDeque<>(KEPT));
        if (attempts.size() == KEPT) {
            attempts.removeLast();
        }
        attempts.addFirst(new Attempt(
                began,
                Duration.between(began, clock.instant()).toMillis(),
                delivery.run().sync().name(),
                delivery.run().id(),
                batch.enters(),
                batch.size() - batch.enters(),
                outcome,
                unmatched,
                status,
                words));
    }

    /** The latest first. */
    public synchronized List<Attempt> of(String target) {
        Deque<Attempt> attempts = byTarget.get(target);
        return attempts == null ? Collections.emptyList() : new ArrayList<>(attempts);
    }
}
