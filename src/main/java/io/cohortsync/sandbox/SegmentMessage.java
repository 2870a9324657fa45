package io.cohortsync.sandbox;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What one call says (contracts.md 1.4): its events, and the write key of its body.
 *
 * @param writeKey the key in the body, or empty
 * @param events in their order; {@code context} and {@code integrations} of the batch are merged into each
 */
record SegmentMessage(String writeKey, List<SegmentEvent> events) {

    private static final JsonMapper JSON = new JsonMapper();

    private static final List<String> MERGED = List.of("context", "integrations");

    static SegmentMessage parse(SegmentCall call, byte[] body) throws RefusedException {
        try (JsonParser json = JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw invalid("the body is no JSON object");
            }
            if (json.currentLocation().getByteOffset() < 0) {
                throw invalid("the body is not UTF-8");
            }
            SegmentMessage message = call.many() ? batch(json) : single(call, json);
            if (json.nextToken() != null) {
                throw invalid("something follows the JSON object");
            }
            return message;
        } catch (JsonProcessingException broken) {
            throw invalid(broken.getOriginalMessage());
        } catch (IOException impossible) {
            throw new IllegalStateException("A byte array could not be read", impossible);
        }
    }

    private static SegmentMessage single(SegmentCall call, JsonParser json) throws IOException {
        ObjectNode fields = JSON.readTree(json);
        String writeKey = fields.path("writeKey").asText("");
        fields.remove("writeKey");
        fields.put("type", call.type());
        return new SegmentMessage(writeKey, List.of(new SegmentEvent(fields)));
    }

    private static SegmentMessage batch(JsonParser json) throws IOException, RefusedException {
        ObjectNode shared = JSON.createObjectNode();
        List<ObjectNode> entries = new ArrayList<>();
        boolean batchSeen = false;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            if (field.equals("batch")) {
                readEntries(json, entries);
                batchSeen = true;
            } else {
                shared.set(field, JSON.<JsonNode>readTree(json));
            }
        }
        if (!batchSeen) {
            throw invalid("the field batch is missing");
        }
        entries.forEach(entry -> mergeInto(entry, shared));
        return new SegmentMessage(
                shared.path("writeKey").asText(""),
                entries.stream().map(SegmentEvent::new).toList());
    }

    private static void readEntries(JsonParser json, List<ObjectNode> entries) throws IOException, RefusedException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw invalid("the field batch is no array");
        }
        while (json.nextToken() != JsonToken.END_ARRAY) {
            long start = json.currentTokenLocation().getByteOffset();
            JsonNode entry = JSON.readTree(json);
            long size = json.currentLocation().getByteOffset() - start;
            if (size > SegmentLimits.EVENT_BYTES) {
                throw new RefusedException(
                        Refusal.EVENT_TOO_LARGE,
                        "event " + entries.size() + " has " + size + " bytes, at most " + SegmentLimits.EVENT_BYTES
                                + " are taken");
            }
            // What is no object becomes an event that says nothing, and is dropped as such.
            entries.add(entry instanceof ObjectNode fields ? fields : JSON.createObjectNode());
        }
    }

    private static void mergeInto(ObjectNode entry, ObjectNode shared) {
        for (String field : MERGED) {
            if (shared.get(field) instanceof ObjectNode common) {
                // Entries share the batch's object unless they have their own word, which wins; none changes later.
                ObjectNode merged = common;
                if (entry.get(field) instanceof ObjectNode own) {
                    merged = JSON.createObjectNode().setAll(common);
                    merged.setAll(own);
                }
                entry.set(field, merged);
            }
        }
    }

    private static RefusedException invalid(String message) {
        return new RefusedException(Refusal.INVALID_JSON, message);
    }
}
