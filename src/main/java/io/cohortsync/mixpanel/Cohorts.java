package io.cohortsync.mixpanel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.config.SecretMask;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.source.CohortChoice;
import io.cohortsync.source.IncompleteSnapshotException;
import io.cohortsync.source.Told;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** The answer of {@code POST /cohorts/list} (contracts, section 6.1); {@code mixpanelCohorts} in the routes. */
@Component("mixpanelCohorts")
public class Cohorts {

    /**
     * The most members that can be read within an hour: of its 60 queries one asks for the list and one may find the page
     * after the last (contracts, section 6.1).
     */
    static final long MOST_MEMBERS = 58_000;

    private static final int LISTED = 10;
    private static final String NUMBER = "\\d{1,18}";

    private final ObjectMapper json;
    private final SecretMask mask;

    Cohorts(ObjectMapper json, SecretMask mask) {
        this.json = json;
        this.mask = mask;
    }

    /** All cohorts of a source, by their names. */
    private List<Cohort> all(String source, byte[] answer) {
        JsonNode list = parsed(source, answer == null ? new byte[0] : answer);
        if (!list.isArray()) {
            String words = list.path("error").asText("");
            throw broken(source, "is no list" + (words.isEmpty() ? "" : ": " + mask.apply(words)));
        }
        List<Cohort> cohorts = new ArrayList<>();
        for (JsonNode one : list) {
            JsonNode id = one.path("id");
            if (!id.isIntegralNumber() && !id.asText().matches(NUMBER)) {
                throw broken(source, "has a cohort without a number as its \"id\"");
            }
            cohorts.add(new Cohort(
                    id.asText(),
                    one.path("name").asText("").strip(),
                    Math.max(0, one.path("count").asLong(0))));
        }
        cohorts.sort(
                java.util.Comparator.comparing((Cohort cohort) -> cohort.name().toLowerCase(Locale.ROOT))
                        .thenComparing(Cohort::id));
        return cohorts;
    }

    private JsonNode parsed(String source, byte[] answer) {
        try {
            JsonNode list = json.readTree(answer);
            return list == null ? json.missingNode() : list;
        } catch (IOException e) {
            // Not as the cause: a parser's words quote what it read.
            throw broken(source, "is not JSON");
        }
    }

    private static IncompleteSnapshotException broken(String source, String finding) {
        return new IncompleteSnapshotException("Mixpanel's list of the cohorts of source " + source + " " + finding);
    }

    /**
     * The cohort of a sync.
     *
     * @param answer may be null, as Camel gives an empty one
     * @throws IncompleteSnapshotException if there is none, or it is larger than can be read within an hour
     */
    public Cohort wanted(SyncSettings sync, byte[] answer) {
        requireNumber(sync);
        String source = sync.source().name();
        List<Cohort> all = all(source, answer);
        Cohort found = all.stream()
                .filter(cohort -> cohort.id().equals(sync.cohort()))
                .findFirst()
                .orElseThrow(() -> new IncompleteSnapshotException(
                        "Source " + source + " has no cohort " + sync.cohort() + "; " + present(all)));
        if (found.count() > MOST_MEMBERS) {
            throw new IncompleteSnapshotException(String.format(
                            Locale.ROOT,
                            "Cohort %s of source %s has about %,d members",
                            found.id(),
                            source,
                            found.count())
                    + tooMany(sync));
        }
        return found;
    }

    /** What to do about a cohort that is too large, as the end of a sentence. */
    static String tooMany(SyncSettings sync) {
        return String.format(
                Locale.ROOT,
                ", and Mixpanel's 60 queries an hour give at most %,d of them: have Mixpanel push it, by a custom webhook"
                        + " to /hooks/%s and \"via: push\"",
                MOST_MEMBERS,
                sync.source().name());
    }

    /** What a cohort tells of itself; its count is not said to be exact, so no snapshot is measured by it. */
    public Told told(Cohort cohort) {
        return new Told(
                Optional.of(cohort.name()).filter(name -> !name.isEmpty()), OptionalLong.empty(), Optional.empty(), "");
    }

    /**
     * What a sync can be given.
     *
     * @param answer may be null, as Camel gives an empty one
     * @throws IncompleteSnapshotException if it is no list of cohorts
     */
    public List<CohortChoice> choices(String source, byte[] answer) {
        return all(source, answer).stream()
                .map(cohort -> new CohortChoice(
                        cohort.id(),
                        Optional.of(cohort.name()).filter(name -> !name.isEmpty()),
                        OptionalLong.of(cohort.count())))
                .toList();
    }

    /** Mixpanel's ids are numbers; anything else would be no id, and part of a query. */
    static void requireNumber(SyncSettings sync) {
        if (!sync.cohort().matches(NUMBER)) {
            throw new IncompleteSnapshotException("Source " + sync.source().name() + " has no cohort \"" + sync.cohort()
                    + "\": the id of a Mixpanel cohort is a number, such as 12345");
        }
    }

    private static String present(List<Cohort> cohorts) {
        if (cohorts.isEmpty()) {
            return "its project has no cohorts at all";
        }
        String listed = cohorts.stream()
                .limit(LISTED)
                .map(cohort -> cohort.id() + " (" + cohort.name() + ")")
                .collect(Collectors.joining(", "));
        return "it has " + listed + (cohorts.size() > LISTED ? " and " + (cohorts.size() - LISTED) + " more" : "");
    }
}
