package io.cohortsync.mixpanel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.config.SecretMask;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SourceSettings.Api;
import io.cohortsync.config.SourceSettings.MixpanelSource;
import io.cohortsync.source.IncompleteSnapshotException;
import io.cohortsync.source.NotYetException;
import io.cohortsync.source.QuotaSpentException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.springframework.stereotype.Component;

/**
 * Queries to Mixpanel, and what becomes of one that fails (contracts, sections 6.1 and 9); {@code mixpanelQueries} in the
 * routes.
 */
@Component("mixpanelQueries")
public class Queries {

    /** Attempts that end without an answer, or with a 5xx. */
    static final int MOST_FAILURES = 7;

    /** Attempts that are answered 429; with waits of minutes, more would hold up a run for an hour. */
    static final int MOST_REFUSALS = 4;

    private static final String LIST = "/api/query/cohorts/list";
    private static final Duration WINDOW = Duration.ofHours(1);
    private static final long SHORTEST_WAIT = 1_000;
    private static final long LONGEST_WAIT = 300_000;
    private static final int SHOWN = 300;

    private final Settings settings;
    private final ObjectMapper json;
    private final SecretMask mask;
    private final Clock clock;

    Queries(Settings settings, ObjectMapper json, SecretMask mask, Clock clock) {
        this.settings = settings;
        this.json = json;
        this.mask = mask;
        this.clock = clock;
    }

    /** {@code POST /cohorts/list}. */
    public Query list(String source) {
        return query(source, LIST, "", false);
    }

    /** The same for somebody who waits for the answer: what fails is not tried again. */
    public Query listOnce(String source) {
        return query(source, LIST, "", true);
    }

    /** {@code POST /engage} with this form. */
    public Query engage(String source, String form) {
        return query(source, "/api/query/engage", form, false);
    }

    private Query query(String source, String path, String form, boolean once) {
        String project = settings(source).projectId().orElseThrow();
        return Query.to(
                source,
                api(source).baseUrl() + path,
                "project_id=" + URLEncoder.encode(project, StandardCharsets.UTF_8),
                form,
                once);
    }

    private MixpanelSource settings(String source) {
        if (settings.sources().get(source) instanceof MixpanelSource mixpanel) {
            return mixpanel;
        }
        throw new IllegalArgumentException(source + " is no source of type mixpanel");
    }

    private Api api(String source) {
        return settings(source)
                .api()
                .orElseThrow(() -> new IllegalArgumentException(
                        "source " + source + " is pushed to, and has no credentials to be asked with"));
    }

    /** The query is answered. */
    public Query answered(Query query) {
        return query.over();
    }

    /**
     * The same query, to be made again after a wait.
     *
     * @param backOff the first wait after no answer or a 5xx, in milliseconds; each is twice the one before
     * @param limitBackOff the same after a 429, which is about queries an hour
     * @throws IncompleteSnapshotException if it would be answered no better
     * @throws QuotaSpentException if Mixpanel goes on to answer 429
     * @throws NotYetException if it may be answered better, and there is one attempt only
     * @throws Exception what was thrown, if that has nothing to do with Mixpanel
     */
    public Query failed(Query query, Exception thrown, long backOff, long limitBackOff) throws Exception {
        // Not by its causes: the state database's failure may have an IOException among them.
        if (thrown instanceof HttpOperationFailedException answer) {
            return answered(query, answer, backOff, limitBackOff);
        }
        if (thrown instanceof IOException) {
            String words = Optional.ofNullable(thrown.getMessage())
                    .orElse(thrown.getClass().getSimpleName());
            return again(query, "no answer: " + mask.apply(words), Optional.empty(), backOff);
        }
        throw thrown;
    }

    private Query answered(Query query, HttpOperationFailedException answer, long backOff, long limitBackOff) {
        int status = answer.getStatusCode();
        String said = ("HTTP " + status + " " + words(answer)).strip();
        Optional<Long> asked = retryAfter(answer.getResponseHeaders());
        if (status == 429) {
            if (query.once() || query.refusals() + 1 >= MOST_REFUSALS) {
                throw new QuotaSpentException(
                        clock.instant().plus(WINDOW),
                        "source " + query.source() + (query.once() ? " is answered " : " goes on to be answered ")
                                + said + "; others may be using the project's 60 queries an hour as well");
            }
            return query.refused(asked.orElse(limitBackOff << query.refusals()));
        }
        if (status >= 500) {
            return again(query, said, asked, backOff);
        }
        throw new IncompleteSnapshotException("Source " + query.source() + ": " + advice(status) + said);
    }

    private Query again(Query query, String said, Optional<Long> asked, long backOff) {
        if (query.once()) {
            throw new NotYetException("Source " + query.source() + ": " + said);
        }
        if (query.failures() + 1 >= MOST_FAILURES) {
            throw new IncompleteSnapshotException(
                    "Source " + query.source() + ": given up after " + MOST_FAILURES + " attempts: " + said);
        }
        long ceiling = backOff << query.failures();
        long jittered = ceiling - ThreadLocalRandom.current().nextLong(ceiling / 2 + 1);
        return query.failed(asked.orElse(jittered));
    }

    private static String advice(int status) {
        return switch (status) {
            case 401, 403 ->
                "Mixpanel does not accept the credentials; check username, secret, project-id and region,"
                        + " and that the service account may read the project: ";
            case 402 ->
                "the plan has no access to the Engage query API, so cohorts cannot be polled; a custom webhook"
                        + " with \"via: push\" may be had without: ";
            case 404 -> "there is no such address; check base-url: ";
            default -> "Mixpanel refuses the query: ";
        };
    }

    /** What Mixpanel says, under {@code error} or {@code message} (contracts, section 6.1). */
    private String words(HttpOperationFailedException answer) {
        String body = Optional.ofNullable(answer.getResponseBody()).orElse("");
        String words = body;
        try {
            JsonNode told = json.readTree(body);
            if (told != null) {
                words = told.path("error").asText("") + told.path("message").asText("");
            }
        } catch (IOException noJson) {
            // Then it is told as it is.
        }
        words = mask.apply(
                (words.isBlank() ? body : words).replaceAll("\\s+", " ").strip());
        return words.length() <= SHOWN ? words : words.substring(0, SHOWN) + "…";
    }

    /** In milliseconds; Mixpanel documents none, but a proxy may send one. Not under 1 s and not over 300 s. */
    private Optional<Long> retryAfter(Map<String, String> headers) {
        return Optional.ofNullable(headers).stream()
                .flatMap(all -> all.entrySet().stream())
                .filter(header -> header.getKey().equalsIgnoreCase("Retry-After"))
                .findFirst()
                .flatMap(header -> millis(header.getValue().strip()))
                .map(wait -> Math.min(LONGEST_WAIT, Math.max(SHORTEST_WAIT, wait)));
    }

    private Optional<Long> millis(String value) {
        if (value.matches("\\d{1,9}")) {
            return Optional.of(Long.parseLong(value) * 1_000);
        }
        try {
            ZonedDateTime at = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
            return Optional.of(Duration.between(clock.instant(), at.toInstant()).toMillis());
        } catch (DateTimeException rubbish) {
            return Optional.empty();
        }
    }
}
