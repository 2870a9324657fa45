package io.cohortsync.amplitude;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.source.CohortChoice;
import io.cohortsync.source.IncompleteSnapshotException;
import io.cohortsync.source.NotYetException;
import io.cohortsync.source.Told;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.springframework.stereotype.Component;

/** What Amplitude's list of cohorts says of one that is to be read (contracts, section 3.2); {@code amplitudeList} in the routes. */
@Component("amplitudeList")
public class CohortList {

    /** The last second that has a date of four digits. */
    private static final long LATEST = 253_402_300_799L;

    private final ObjectMapper json;

    CohortList(ObjectMapper json) {
        this.json = json;
    }

    /**
     * What is told of a sync's cohort.
     *
     * @param answer the list
     * @throws NotYetException while Amplitude has not computed it
     * @throws IncompleteSnapshotException if it is archived, or not listed
     */
    public Told told(InputStream answer, SyncSettings sync) {
        JsonNode cohort = cohorts(answer).stream()
                .filter(known -> id(known).equals(sync.cohort()))
                .findFirst()
                .orElseThrow(() -> new IncompleteSnapshotException("Amplitude lists no cohort " + sync.cohort()
                        + " in the project of source " + sync.source().name()
                        + ": it is gone, or not published (Amplitude lists only cohorts that others can discover)"));
        String name = cohort.path("name").asText();
        if (cohort.path("archived").asBoolean()) {
            throw new IncompleteSnapshotException(
                    "Cohort " + sync.cohort() + " (" + name + ") is archived in Amplitude");
        }
        if (!cohort.path("finished").asBoolean(true)) {
            throw new NotYetException("waiting for Amplitude, which has not finished computing cohort " + sync.cohort()
                    + " (" + name + ")");
        }
        return new Told(
                Optional.of(name).filter(text -> !text.isBlank()),
                size(cohort),
                state(cohort),
                computed(cohort).map(at -> "not recomputed since " + at).orElse(""));
    }

    /** The times are seconds since 1970; a cohort that people upload may change without being computed. */
    private static Optional<String> state(JsonNode cohort) {
        return computed(cohort)
                .map(at -> "computed " + at.getEpochSecond() + ", modified "
                        + cohort.path("lastMod").asLong() + ", size "
                        + cohort.path("size").asLong(-1));
    }

    private static Optional<Instant> computed(JsonNode cohort) {
        long seconds = cohort.path("lastComputed").asLong(-1);
        return seconds >= 0 && seconds <= LATEST ? Optional.of(Instant.ofEpochSecond(seconds)) : Optional.empty();
    }

    /** The cohorts that can be read. */
    public List<CohortChoice> choices(InputStream answer) {
        return cohorts(answer).stream()
                .filter(cohort -> !cohort.path("archived").asBoolean())
                .map(cohort -> new CohortChoice(
                        id(cohort), Optional.of(cohort.path("name").asText()), size(cohort)))
                .toList();
    }

    private static OptionalLong size(JsonNode cohort) {
        JsonNode size = cohort.path("size");
        return size.isNumber() ? OptionalLong.of(size.asLong()) : OptionalLong.empty();
    }

    private static String id(JsonNode cohort) {
        return cohort.path("id").asText();
    }

    private List<JsonNode> cohorts(InputStream answer) {
        JsonNode list = JsonAnswer.read(json, answer).path("cohorts");
        if (!list.isArray()) {
            throw new IncompleteSnapshotException("Amplitude's answer lists no cohorts");
        }
        List<JsonNode> cohorts = new ArrayList<>();
        list.forEach(cohorts::add);
        return cohorts;
    }
}
