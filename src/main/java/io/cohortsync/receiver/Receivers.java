package io.cohortsync.receiver;

import io.cohortsync.config.Settings;
import io.cohortsync.config.SourceSettings;
import io.cohortsync.config.SourceSettings.MixpanelSource;
import io.cohortsync.config.SourceSettings.SegmentSource;
import io.cohortsync.mirror.NotStoredException;
import io.cohortsync.mirror.Push;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;

/** Takes in what is pushed, and says what went wrong; {@code receivers} in the routes. */
@Component
public class Receivers {

    private static final Logger LOG = LoggerFactory.getLogger(Receivers.class);

    /** As much as is read, in bytes, of a call whose sender is surely not known. */
    private static final int UNPROVED = 10_000;

    /** So many whole bodies are held in memory at once. */
    private static final int AT_ONCE = 32;

    private final Settings settings;
    private final Senders senders;
    private final Clock clock;
    private final Semaphore reading = new Semaphore(AT_ONCE);

    Receivers(Settings settings, Senders senders, Clock clock) {
        this.settings = settings;
        this.senders = senders;
        this.clock = clock;
    }

    /**
     * A call with its whole body.
     *
     * @param source the last part of the path
     * @param most the most bytes that a body may have
     * @throws RefusedCallException 404 where no source of this name receives anything; 413 where the body is too large
     */
    public ReceivedCall read(
            String source, String authorization, String token, String signature, InputStream body, int most)
            throws IOException {
        SourceSettings known = Optional.ofNullable(settings.sources().get(source))
                .filter(SourceSettings::pushed)
                // Whoever asks is not told which there are.
                .orElseThrow(() -> RefusedCallException.unknown("No source of this name receives anything"));
        byte[] bytes = body == null
                ? new byte[0]
                : mayBeProved(known, authorization, token, signature)
                        ? readWhole(body, most)
                        : body.readNBytes(UNPROVED);
        return new ReceivedCall(
                known,
                Optional.ofNullable(authorization),
                Optional.ofNullable(token),
                Optional.ofNullable(signature),
                bytes,
                clock.instant());
    }

    /** Whether a call carries what its sender is known by; a signature is only proved once the body is there. */
    private boolean mayBeProved(SourceSettings source, String authorization, String token, String signature) {
        return source instanceof SegmentSource
                ? signature != null
                : senders.know(source, Optional.ofNullable(authorization), Optional.ofNullable(token));
    }

    private byte[] readWhole(InputStream body, int most) throws IOException {
        if (!reading.tryAcquire()) {
            throw new NotStoredException("too many calls come at once");
        }
        try {
            byte[] bytes = body.readNBytes(most + 1);
            if (bytes.length > most) {
                throw RefusedCallException.tooLarge(most);
            }
            return bytes;
        } finally {
            reading.release();
        }
    }

    /** What a sender is told that asks for no words of its own, once all of its call is stored. */
    public Reply stored(Push push) {
        return Reply.json(200, Map.of("received", push.events().size(), "ignored", push.left()));
    }

    /**
     * What a sender is told when nothing was taken; each in words that it understands.
     *
     * @param call null where it could not even be read
     */
    public Reply problem(String source, ReceivedCall call, Exception thrown) {
        Throwable cause = ofOurs(thrown);
        HttpStatus status = status(cause);
        String words = words(cause);
        if (status == HttpStatus.INTERNAL_SERVER_ERROR) {
            LOG.error("{}: a call failed: {}", source, cause.getClass().getName());
            LOG.debug("{}: a call failed", source, thrown);
        } else {
            LOG.warn("{}: a call was answered {}: {}", source, status.value(), words);
        }
        return settings.sources().get(source) instanceof MixpanelSource
                ? Reply.json(status.value(), MixpanelCalls.failure(Optional.ofNullable(call), words, status.value()))
                : new Reply(
                        status.value(), "application/problem+json", ProblemDetail.forStatusAndDetail(status, words));
    }

    /** Camel wraps what a bean throws. */
    private static Throwable ofOurs(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (status(t) != HttpStatus.INTERNAL_SERVER_ERROR) {
                return t;
            }
        }
        return thrown;
    }

    private static HttpStatus status(Throwable cause) {
        if (cause instanceof RefusedCallException refused) {
            return HttpStatus.valueOf(refused.status());
        }
        if (cause instanceof NotStoredException || cause instanceof DataAccessException) {
            return HttpStatus.SERVICE_UNAVAILABLE;
        }
        // A body that broke off is no mistake of the sender's, whom a 400 would keep from trying again.
        return cause instanceof IOException ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.INTERNAL_SERVER_ERROR;
    }

    private static String words(Throwable cause) {
        if (cause instanceof RefusedCallException || cause instanceof NotStoredException) {
            return cause.getMessage();
        }
        if (cause instanceof DataAccessException) {
            return "Not stored: the state database does not answer. Send it again later";
        }
        return cause instanceof IOException
                ? "The body broke off. Send it again"
                : "This should not happen; the log says more";
    }
}
