package io.cohortsync.receiver;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/** JSON as vendors push it; its words never quote it, for it speaks of people. */
final class PushedJson {

    /** As much as a member key may have. */
    private static final int LONGEST = 512;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            // No digit of an id is lost.
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private PushedJson() {}

    static JsonNode read(byte[] body) {
        try {
            JsonNode root = MAPPER.readTree(body);
            if (root == null || root.isMissingNode() || root.isNull()) {
                throw RefusedCallException.malformed("The body is empty; JSON is expected");
            }
            return root;
        } catch (JsonProcessingException e) {
            throw RefusedCallException.malformed(
                    "The body is not JSON: it breaks at line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr());
        } catch (IOException e) {
            throw RefusedCallException.malformed("The body cannot be read");
        }
    }

    /** A single value as text, numbers without an exponent; blank where there is none. */
    static String text(JsonNode value) {
        if (value.isNumber()) {
            return value.decimalValue().precision() - value.decimalValue().scale() > LONGEST
                    ? ""
                    : value.decimalValue().toPlainString();
        }
        return value.isValueNode() && !value.isNull() ? value.asText() : "";
    }

    /** Whether this can name somebody in the mirror. */
    static boolean namesSomebody(String member) {
        return !member.isBlank() && member.length() <= LONGEST && member.indexOf('\0') < 0;
    }
}
