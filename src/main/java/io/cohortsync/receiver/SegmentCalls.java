package io.cohortsync.receiver;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.mirror.MappedFields;
import io.cohortsync.mirror.Push;
import io.cohortsync.mirror.PushedEvent;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.stereotype.Component;

/**
 * Audiences as Segment Engage sends them, identify and track alike, one event or an array of them (contracts, sections 5.1
 * and 5.2); {@code segmentCalls} in the routes.
 */
@Component
public class SegmentCalls {

    private static final Set<String> CLASSES = Set.of("audience", "journey_step");
    /** In bytes; what nobody signed is not worth reading much of. */
    private static final int LONGEST_HOOK = 10_000;

    private final MappedFields mapped;

    SegmentCalls(MappedFields mapped) {
        this.mapped = mapped;
    }

    /**
     * Whether this asks to create or to find an audience. Segment does not sign these, and they change nothing: the
     * audience's name is its id, which comes back with every event (contracts, section 5.5).
     */
    public boolean isAudienceHook(ReceivedCall call) {
        return call.body().length <= LONGEST_HOOK && hook(call).isPresent();
    }

    /** The answer to an audience hook: the id that events will carry. */
    public Reply audience(ReceivedCall call) {
        return Reply.json(200, Map.of("externalId", hook(call).orElseThrow()));
    }

    private static Optional<String> hook(ReceivedCall call) {
        String text = new String(call.body(), StandardCharsets.UTF_8);
        if (!text.contains("audienceName") && !text.contains("externalId")) {
            return Optional.empty();
        }
        try {
            JsonNode body = PushedJson.read(call.body());
            return List.of("audienceName", "externalId").stream()
                    .filter(key -> !body.has("type"))
                    .map(key -> body.path(key).asText(""))
                    .filter(name -> !name.isBlank())
                    .findFirst();
        } catch (RefusedCallException malformed) {
            // Who sends it is asked first.
            return Optional.empty();
        }
    }

    /**
     * What the events say. One that says nothing of a member of an audience, such as a computed trait or a membership that
     * is not a JSON boolean, is left aside, and is never taken for an exit.
     *
     * @throws RefusedCallException 400 when the body is no event and no array of events
     */
    public Push push(ReceivedCall call) {
        JsonNode root = PushedJson.read(call.body());
        if (!root.isObject() && !root.isArray()) {
            throw RefusedCallException.malformed("The body is neither an event nor an array of events");
        }
        List<PushedEvent> events = new ArrayList<>();
        int all = 0;
        for (JsonNode event : root.isArray() ? root : List.of(root)) {
            if (!event.isObject()) {
                throw RefusedCallException.malformed("Element " + all + " of the array is no event");
            }
            all++;
            event(call, event).ifPresent(events::add);
        }
        return new Push(call.source().name(), events, Optional.empty(), all - events.size());
    }

    private Optional<PushedEvent> event(ReceivedCall call, JsonNode event) {
        JsonNode personas = event.path("context").path("personas");
        String key = personas.path("computation_key").asText("");
        String member = PushedJson.text(event.path("userId"));
        JsonNode inside = event.path(event.path("type").asText("").equals("track") ? "properties" : "traits")
                .path(key);
        if (!CLASSES.contains(personas.path("computation_class").asText(""))
                || !PushedEvent.mayBeCohort(key)
                || !inside.isBoolean()
                || !PushedEvent.mayBeMember(member)) {
            return Optional.empty();
        }
        return Optional.of(new PushedEvent(
                key,
                PushedJson.cohortName(personas.path("external_audience_id")),
                member,
                inside.booleanValue(),
                at(event, call),
                mapped.kept(
                        call.source().name(),
                        key,
                        field -> property(event, field.name().orElseThrow()))));
    }

    private static Instant at(JsonNode event, ReceivedCall call) {
        try {
            return PushedJson.at(
                    OffsetDateTime.parse(event.path("timestamp").asText("")).toInstant(), call);
        } catch (DateTimeException none) {
            return call.at();
        }
    }

    private static String property(JsonNode event, String name) {
        return List.of(event.path("traits"), event.path("context").path("traits"), event.path("properties")).stream()
                .map(place -> PushedJson.text(place.path(name)))
                .filter(text -> !text.isBlank())
                .findFirst()
                .orElse("");
    }
}
