package io.cohortsync.amplitude;

import io.cohortsync.amplitude.Ask.Kind;
import io.cohortsync.config.MemberKeyField;
import io.cohortsync.config.MemberKeyField.Property;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SourceSettings.AmplitudeSource;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.source.IncompleteSnapshotException;
import io.cohortsync.source.QuotaSpentException;
import io.cohortsync.source.UnansweredException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/**
 * What is asked of Amplitude's API for a source, and what an answer means: once more, later or never (contracts, sections 3.2,
 * 3.4 and 9); {@code amplitudeAsking} in the routes.
 *
 * <p>No answer, or a 408 or 5xx, is borne twice. A 429 is no error: it is waited for, longer each time, up to two minutes;
 * where nothing is begun yet, it postpones the run after six of them.
 */
@Component("amplitudeAsking")
public class Asking {

    private static final int MOST_FAILURES = 3;
    private static final int MOST_BUSY = 6;
    private static final Duration LONGEST_BACK_OFF = Duration.ofMinutes(2);
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(5);

    /** Contracts, section 3.4: of the limits the one on requests has the longest window. */
    private static final Duration WINDOW = Duration.ofMinutes(10);

    private static final int WORDS = 200;

    private final Settings settings;
    private final Clock clock;

    Asking(Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /** For the list of the source's cohorts. */
    public Ask list(String source) {
        return ask(Kind.LIST, source, "/api/3/cohorts", "", Instant.MAX);
    }

    /** For a download of a sync's cohort, with the properties that are needed (contracts, section 3.2). */
    public Ask download(SyncSettings sync, List<MemberKeyField> columns) {
        String keys = columns.stream()
                .filter(Property.class::isInstance)
                .flatMap(column -> column.name().stream())
                .map(name -> "&propKeys=" + encoded(name))
                .collect(Collectors.joining());
        return ask(
                Kind.DOWNLOAD,
                sync.source().name(),
                "/api/5/cohorts/request/" + encoded(sync.cohort()),
                keys.isEmpty() ? "" : "props=1" + keys,
                Instant.MAX);
    }

    /** For a download of the cohort that a target fills, which has nothing but people's ids. */
    public Ask download(String target, String cohort) {
        return ask(
                Kind.DOWNLOAD, Settings.behind(target), "/api/5/cohorts/request/" + encoded(cohort), "", Instant.MAX);
    }

    /** For how far a download has got. */
    public Ask status(Job job) {
        return ask(Kind.STATUS, job.source(), "/api/5/cohorts/request-status/" + encoded(job.id()), "", job.giveUp());
    }

    /** For the file of a download that is ready. */
    public Ask file(Job job) {
        return ask(Kind.FILE, job.source(), "/api/5/cohorts/request/" + encoded(job.id()) + "/file", "", job.giveUp());
    }

    private Ask ask(Kind kind, String source, String path, String query, Instant giveUp) {
        String baseUrl = settings(source).api().orElseThrow().baseUrl();
        return Ask.of(kind, source, baseUrl + path, query, giveUp);
    }

    private AmplitudeSource settings(String source) {
        return (AmplitudeSource) settings.readable(source).orElseThrow();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** How long to wait for a place among the requests of ten minutes. */
    public Duration patience(Ask ask) {
        if (ask.giveUp().equals(Instant.MAX)) {
            return pollInterval(ask.source());
        }
        Duration left = Duration.between(clock.instant(), ask.giveUp());
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** How long a source's downloads are given between two questions whether they are ready. */
    Duration pollInterval(String source) {
        return settings(source).pollInterval();
    }

    /** The same for a download under way, in milliseconds. */
    public long pollMillis(Job job) {
        return pollInterval(job.source()).toMillis();
    }

    /**
     * Amplitude answered.
     *
     * @param retryAfter its header of that name; null: none
     * @param body null: there is none
     * @throws QuotaSpentException if it is too busy, and nothing is begun yet
     * @throws IncompleteSnapshotException if there is no sense in asking again
     */
    public Ask answered(Ask ask, int status, String retryAfter, InputStream body) {
        if (isAnswer(ask, status)) {
            return ask.over();
        }
        String said = Optional.ofNullable(body).map(Asking::words).orElse("");
        String words = ("HTTP " + status + " " + said).strip();
        if (status == 429) {
            return busy(ask, Optional.ofNullable(retryAfter).orElse(""), words);
        }
        if (status == 408 || status >= 500) {
            return failed(ask, words);
        }
        throw new IncompleteSnapshotException(
                status == 401 || status == 403
                        ? "Amplitude refuses the keys of " + whose(ask) + " (of its region?): " + words
                        : "Amplitude refused " + ask.kind().words() + ": " + words);
    }

    /** There was no answer. */
    public Ask unanswered(Ask ask, Exception why) {
        return failed(ask, "no answer (" + name(why) + ")");
    }

    /** Of what Camel wrapped; its words might hold a link. */
    static String name(Throwable thrown) {
        Throwable innermost = thrown;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        return innermost.getClass().getSimpleName();
    }

    private static boolean isAnswer(Ask ask, int status) {
        return switch (ask.kind()) {
            case LIST -> status == 200;
            case DOWNLOAD, STATUS -> status == 200 || status == 202;
            case FILE -> Set.of(200, 301, 302, 303, 307, 308).contains(status);
        };
    }

    private String whose(Ask ask) {
        return settings.sources().containsKey(ask.source()) ? "source " + ask.source() : ask.source();
    }

    private Ask busy(Ask ask, String retryAfter, String words) {
        Duration every = pollInterval(ask.source());
        Duration longer = every.multipliedBy(1L << Math.min(ask.busy(), 20));
        Duration wait = max(min(longer, max(every, LONGEST_BACK_OFF)), seconds(retryAfter));
        Instant next = clock.instant().plus(wait);
        if (ask.giveUp().equals(Instant.MAX) && ask.busy() + 1 >= MOST_BUSY) {
            throw new QuotaSpentException(
                    clock.instant().plus(WINDOW), "Amplitude is too busy for " + ask + ": " + words);
        }
        if (next.isAfter(ask.giveUp())) {
            throw new IncompleteSnapshotException("Amplitude was too busy for " + ask + " for too long: " + words);
        }
        return ask.refused(wait);
    }

    private Ask failed(Ask ask, String words) {
        Duration wait = pollInterval(ask.source());
        if (ask.failures() + 1 >= MOST_FAILURES || clock.instant().plus(wait).isAfter(ask.giveUp())) {
            throw new UnansweredException(
                    "Amplitude failed " + (ask.failures() + 1) + " times when asked for " + ask + ": " + words);
        }
        return ask.failed(wait);
    }

    private static Duration seconds(String retryAfter) {
        return retryAfter.strip().matches("\\d{1,9}")
                ? min(Duration.ofSeconds(Long.parseLong(retryAfter.strip())), LONGEST_RETRY_AFTER)
                : Duration.ZERO;
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static String words(InputStream body) {
        try (body) {
            return new String(body.readNBytes(WORDS), StandardCharsets.UTF_8)
                    .replaceAll("\\s+", " ")
                    .strip();
        } catch (IOException e) {
            return "";
        }
    }
}
