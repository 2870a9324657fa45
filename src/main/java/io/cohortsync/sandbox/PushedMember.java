package io.cohortsync.sandbox;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Somebody of whom a vendor tells. In JSON a bare text is the id, else {@code {"id":…,"properties":{…}}}. */
public record PushedMember(String id, ObjectNode properties) {

    @JsonCreator
    static PushedMember of(JsonNode given) {
        JsonNode id = given.isObject() ? given.path("id") : given;
        if (!id.isTextual()) {
            throw new IllegalArgumentException(
                    "a member is an id (text) or holds one as id, with properties beside it");
        }
        return given.path("properties") instanceof ObjectNode properties
                ? new PushedMember(id.textValue(), properties)
                : of(id.textValue());
    }

    public static PushedMember of(String id) {
        return new PushedMember(id, JsonNodeFactory.instance.objectNode());
    }
}
