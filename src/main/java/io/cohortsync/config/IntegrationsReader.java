package io.cohortsync.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** Reads {@code integrations}: a section, or JSON as text, that is handed on to Segment as it is. */
final class IntegrationsReader {

    private static final ObjectMapper JSON = new ObjectMapper();

    private IntegrationsReader() {}

    static Optional<String> read(Node node) {
        if (node.isSection()) {
            return Optional.of(object(node).toString());
        }
        return Scalar.of(node).text().flatMap(text -> {
            Optional<String> json = parsed(text);
            if (json.isEmpty()) {
                node.problem("is no JSON object. Accepted: a section such as {All: false, Amplitude: true}, or JSON as"
                        + " text");
            }
            return json;
        });
    }

    private static Optional<String> parsed(String text) {
        try {
            return Optional.ofNullable(JSON.readTree(text))
                    .filter(JsonNode::isObject)
                    .map(JsonNode::toString);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static JsonNode json(Node node) {
        if (node.isList()) {
            ArrayNode array = JSON.createArrayNode();
            node.children().values().forEach(child -> array.add(json(child)));
            return array;
        }
        if (node.isSection()) {
            return object(node);
        }
        Object found = node.value().map(Value::found).orElse("");
        boolean altered = node.value().filter(Value::altered).isPresent();
        if (found instanceof Number && !altered) {
            return JSON.valueToTree(found);
        }
        if (found instanceof Boolean flag) {
            return BooleanNode.valueOf(flag);
        }
        // Environment variables and the command line know text only.
        return Scalar.of(node)
                .text()
                .<JsonNode>map(text -> text.equals("true") || text.equals("false")
                        ? BooleanNode.valueOf(Boolean.parseBoolean(text))
                        : JSON.getNodeFactory().textNode(text))
                .orElseGet(JSON.getNodeFactory()::nullNode);
    }

    private static ObjectNode object(Node node) {
        ObjectNode object = JSON.createObjectNode();
        node.children().forEach((key, child) -> {
            dottedKey(key, child);
            object.set(key.startsWith("[") ? key.substring(1, key.length() - 1) : key, json(child));
        });
        return object;
    }

    /** Spring splits a key at its dots: {@code Customer.io} would silently become two. */
    private static void dottedKey(String key, Node node) {
        node.children().forEach((below, child) -> {
            String dotted = key + "." + below;
            if (child.value()
                    .flatMap(Value::line)
                    .filter(line -> line.contains(dotted))
                    .isPresent()) {
                child.problem("a key that holds a dot has to be written as \"[" + dotted + "]\"");
            }
        });
    }
}
