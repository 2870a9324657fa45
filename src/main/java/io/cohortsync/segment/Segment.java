package io.cohortsync.segment;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.config.LinkSettings;
import io.cohortsync.delivery.Change;
import io.cohortsync.delivery.RecordsRejectedException;
import io.cohortsync.link.Link;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * The body of Segment's {@code POST /v1/batch} (contracts, section 1.4): one identify call for each change, which sets the
 * link's trait to true for who entered and to false for who left; {@code segment} in the routes.
 */
@Component
public class Segment {

    /** Largest body, in bytes of UTF-8; Segment refuses 500 KB (contracts, section 1.2). */
    static final int BODY_BYTES = 475_000;

    /** Most events in a call; Segment answers 200 to more, and drops them (contracts, section 1.2). */
    static final int EVENTS = 2_500;

    /** Largest event, in bytes of UTF-8; Segment refuses 32 KB (contracts, section 1.2). */
    static final int EVENT_BYTES = 32_000;

    private final ObjectMapper json;
    private final Clock clock;

    Segment(ObjectMapper json, Clock clock) {
        this.json = json;
        this.clock = clock;
    }

    /**
     * Writes the body, with {@code sentAt} as of now: made anew for every attempt, a wrong clock cancels out.
     *
     * @throws RecordsRejectedException if the body, or its one event, is larger than Segment takes; the delivery then halves it
     */
    public byte[] identifyCalls(List<Change> changes, Link link) {
        LinkSettings settings = link.settings();
        String trait = settings.trait().orElseThrow();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(changes.size() * 256);
        try (JsonGenerator out = json.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeStringField(
                    "sentAt", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
            if (settings.integrations().isPresent()) {
                out.writeFieldName("integrations");
                out.writeRawValue(settings.integrations().get());
            }
            out.writeArrayFieldStart("batch");
            out.flush();
            int shared = bytes.size();
            for (Change change : changes) {
                int before = bytes.size();
                identify(out, change, trait, settings);
                out.flush();
                // What is said of all of them counts for each.
                checked(shared + bytes.size() - before);
            }
            out.writeEndArray();
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return checked(bytes.toByteArray(), changes.size());
    }

    private static void identify(JsonGenerator out, Change change, String trait, LinkSettings settings)
            throws IOException {
        out.writeStartObject();
        out.writeStringField("type", "identify");
        out.writeStringField("messageId", change.messageId());
        out.writeStringField("userId", change.memberKey());
        out.writeObjectFieldStart("traits");
        out.writeBooleanField(trait, change.enter());
        out.writeEndObject();
        if (settings.integration().isPresent()) {
            out.writeObjectFieldStart("context");
            out.writeObjectFieldStart("integration");
            out.writeStringField("name", settings.integration().get().name());
            out.writeStringField("version", settings.integration().get().version());
            out.writeEndObject();
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private static byte[] checked(byte[] body, int changes) {
        if (changes > EVENTS) {
            throw new RecordsRejectedException("a call of " + changes + " events, Segment takes " + EVENTS);
        }
        if (body.length > BODY_BYTES) {
            throw new RecordsRejectedException(
                    "a call of " + changes + " events has " + body.length + " bytes, Segment takes " + BODY_BYTES);
        }
        return body;
    }

    private static void checked(int event) {
        if (event > EVENT_BYTES) {
            throw new RecordsRejectedException("an event has " + event + " bytes, Segment takes " + EVENT_BYTES);
        }
    }
}
