package io.cohortsync.receiver;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cohortsync.mirror.PushedEvent;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;

/** JSON as vendors push it; its words never quote it, for it speaks of people. */
final class PushedJson {

    /** Digits before or after the point; a longer number is nobody's id. */
    private static final int MOST_DIGITS = 512;

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
        } catch (IOException | NumberFormatException e) {
            // Jackson lets numbers of absurd exponents through to where they are made.
            throw RefusedCallException.malformed("The body cannot be read");
        }
    }

    /** A single value as text, numbers without an exponent; blank where there is none. */
    static String text(JsonNode value) {
        if (value.isNumber()) {
            BigDecimal number = value.decimalValue();
            return number.precision() > MOST_DIGITS || Math.abs((long) number.scale()) > MOST_DIGITS
                    ? ""
                    : number.toPlainString();
        }
        return value.isValueNode() && !value.isNull() ? value.asText() : "";
    }

    /** What a cohort is called, if that can be kept. */
    static Optional<String> cohortName(JsonNode value) {
        return Optional.of(text(value)).filter(PushedEvent::mayBeName);
    }

    /** When something was so: not later than we heard of it, for only times of one clock can be compared. */
    static Instant at(Instant told, ReceivedCall call) {
        return told.isAfter(call.at()) ? call.at() : told.isBefore(Instant.EPOCH) ? Instant.EPOCH : told;
    }
}
