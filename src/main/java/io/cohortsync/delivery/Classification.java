package io.cohortsync.delivery;

import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.cohortsync.config.SecretMask;
import io.cohortsync.config.TargetSettings;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.component.direct.DirectConsumerNotAvailableException;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/** Reads what a failed attempt means; {@code classification} in the routes (contracts, section 9). */
@Component
public class Classification {

    /** Statuses that every target may try again; {@code retry-on} of a destination says otherwise. */
    private static final String RETRY_ON = "408,429,500-599";

    private static final Set<Integer> NEEDS_A_PERSON = Set.of(401, 402, 403, 404, 405, 407, 501, 505, 511);
    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(300);

    private final SecretMask mask;
    private final Clock clock;

    Classification(SecretMask mask, Clock clock) {
        this.mask = mask;
        this.clock = clock;
    }

    /** Whether only a person can help. */
    public boolean misconfigured(Batch batch, Exception thrown) {
        return of(batch, thrown).kind() == Failure.Kind.MISCONFIGURED;
    }

    /** Whether the target refuses something in the batch. */
    public boolean recordsRejected(Batch batch, Exception thrown) {
        return of(batch, thrown).kind() == Failure.Kind.RECORDS_REJECTED;
    }

    /** Whether the state database is what failed. */
    public boolean stateUnavailable(Exception thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof DataAccessException || t instanceof TransactionException) {
                return true;
            }
        }
        return false;
    }

    /** What an exception that came out of a target's route means. */
    Failure of(Batch batch, Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof HttpOperationFailedException answer) {
                return answered(batch, answer);
            }
            if (t instanceof RecordsRejectedException) {
                return new Failure(
                        Failure.Kind.RECORDS_REJECTED,
                        said(batch, t.getMessage()),
                        Optional.empty(),
                        false,
                        Optional.empty());
            }
            if (t instanceof HeldException) {
                return new Failure(Failure.Kind.HELD, t.getMessage(), Optional.empty(), false, Optional.empty());
            }
            if (t instanceof DirectConsumerNotAvailableException || t instanceof NotTriedException) {
                return new Failure(Failure.Kind.NOT_TRIED, t.getMessage(), Optional.empty(), false, Optional.empty());
            }
            if (t instanceof IOException
                    || t instanceof InterruptedException
                    || t instanceof RejectedExecutionException) {
                return new Failure(
                        Failure.Kind.TRY_LATER,
                        "no answer: " + words(batch, t),
                        Optional.empty(),
                        !neverArrived(t),
                        Optional.empty());
            }
        }
        return new Failure(
                Failure.Kind.MISCONFIGURED,
                "the route target-" + batch.delivery().target().name() + " failed: " + words(batch, thrown),
                Optional.empty(),
                true,
                Optional.empty());
    }

    private Failure answered(Batch batch, HttpOperationFailedException answer) {
        TargetSettings target = batch.delivery().target();
        int status = answer.getStatusCode();
        Failure.Kind kind;
        if (StatusList.parse(target.options().getOrDefault("retry-on", RETRY_ON))
                .contains(status)) {
            kind = Failure.Kind.TRY_LATER;
        } else if (status < 400 || NEEDS_A_PERSON.contains(status)) {
            kind = Failure.Kind.MISCONFIGURED;
        } else {
            kind = status < 500 ? Failure.Kind.RECORDS_REJECTED : Failure.Kind.TRY_LATER;
        }
        String body = Optional.ofNullable(answer.getResponseBody()).orElse("");
        return new Failure(
                kind,
                ("HTTP " + status + " " + said(batch, body)).strip(),
                Optional.of(status),
                status >= 500 || status == 408 || status == 460,
                retryAfter(answer.getResponseHeaders()));
    }

    /** Seconds or a date (contracts, section 1.5), not under 1 s and not over 300 s; rubbish or a past date: none. */
    private Optional<Duration> retryAfter(Map<String, String> headers) {
        return Optional.ofNullable(headers).stream()
                .flatMap(all -> all.entrySet().stream())
                .filter(header -> header.getKey().equalsIgnoreCase("Retry-After"))
                .map(Map.Entry::getValue)
                .findFirst()
                .flatMap(this::waitFor)
                .filter(wait -> !wait.isNegative())
                .map(wait -> wait.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : wait)
                .map(wait -> wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait);
    }

    private Optional<Duration> waitFor(String value) {
        String text = value.strip();
        if (text.matches("\\d{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            ZonedDateTime at = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
            return Optional.of(Duration.between(clock.instant(), at.toInstant()));
        } catch (DateTimeException rubbish) {
            return Optional.empty();
        }
    }

    private static boolean neverArrived(Throwable thrown) {
        return thrown instanceof ConnectException
                || thrown instanceof UnknownHostException
                || thrown instanceof NoRouteToHostException
                || thrown.getClass().getSimpleName().equals("ConnectTimeoutException");
    }

    private String words(Batch batch, Throwable thrown) {
        // Jackson quotes what it read, which may be people that are not in the batch.
        if (thrown instanceof StreamReadException || thrown instanceof MismatchedInputException) {
            return "the answer is not the JSON that was expected";
        }
        String message = thrown.getMessage();
        return message == null ? thrown.getClass().getSimpleName() : said(batch, message);
    }

    private String said(Batch batch, String text) {
        return Said.of(batch, mask.apply(text));
    }
}
