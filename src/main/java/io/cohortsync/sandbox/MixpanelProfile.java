package io.cohortsync.sandbox;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;

/**
 * Somebody in a cohort of Mixpanel. In JSON a bare text or number is a distinct id.
 *
 * @param distinctId text or a number, given back as it was given
 */
record MixpanelProfile(@JsonProperty("distinct_id") JsonNode distinctId, Map<String, JsonNode> properties) {

    @JsonCreator
    static MixpanelProfile of(JsonNode given) {
        JsonNode id = given.isObject() ? given.path("distinct_id") : given;
        if (!id.isTextual() && !id.isIntegralNumber()) {
            throw new IllegalArgumentException("a member is a distinct id (text or a whole number) or holds one as"
                    + " distinct_id, with properties beside it");
        }
        Map<String, JsonNode> properties = new TreeMap<>();
        given.path("properties").fields().forEachRemaining(field -> properties.put(field.getKey(), field.getValue()));
        return new MixpanelProfile(id, properties);
    }
}
