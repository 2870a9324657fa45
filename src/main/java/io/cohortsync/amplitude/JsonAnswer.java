package io.cohortsync.amplitude;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.source.IncompleteSnapshotException;
import java.io.IOException;
import java.io.InputStream;

/** An answer of Amplitude's to a source, as JSON. */
final class JsonAnswer {

    private JsonAnswer() {}

    static JsonNode read(ObjectMapper json, InputStream answer) {
        try (answer) {
            JsonNode root = json.readTree(answer);
            if (root != null && root.isObject()) {
                return root;
            }
        } catch (IOException e) {
            // Jackson's words quote what it read.
        }
        throw new IncompleteSnapshotException("Amplitude's answer is no JSON object");
    }
}
