package io.cohortsync.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One event as Segment would see it (contracts.md 1.4), with what its batch gives to each entry merged in.
 *
 * @param fields the event's JSON; not changed after parsing
 */
record SegmentEvent(ObjectNode fields) {

    private static final Set<String> TYPES = Set.of("identify", "track", "group", "page", "screen", "alias");

    /** Why Segment takes this event with 200 and then drops it, if it does. */
    Optional<DropReason> dropReason() {
        if (!TYPES.contains(text("type").orElse(""))) {
            return Optional.of(DropReason.NO_KNOWN_TYPE);
        }
        if (userId().isEmpty() && text("anonymousId").isEmpty()) {
            return Optional.of(DropReason.NO_USER_ANON_ID);
        }
        return messageId()
                .filter(id -> id.length() >= SegmentLimits.MESSAGE_ID_CHARS)
                .map(id -> DropReason.MESSAGE_ID_TOO_LONG);
    }

    Optional<String> userId() {
        return text("userId");
    }

    Optional<String> messageId() {
        return text("messageId");
    }

    boolean identifies() {
        return text("type").filter("identify"::equals).isPresent();
    }

    Map<String, JsonNode> traits() {
        Map<String, JsonNode> traits = new HashMap<>();
        fields.path("traits").properties().forEach(trait -> traits.put(trait.getKey(), trait.getValue()));
        return traits;
    }

    // Ids are strings in Segment's specification: a number or an empty text is no id.
    private Optional<String> text(String field) {
        JsonNode value = fields.path(field);
        return value.isTextual() && !value.textValue().isEmpty() ? Optional.of(value.textValue()) : Optional.empty();
    }
}
