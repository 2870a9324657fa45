package io.cohortsync.mixpanel;

import com.fasterxml.jackson.core.JsonParser;
import io.cohortsync.source.Chunk;
import java.io.IOException;
import java.math.BigDecimal;

/** What a JSON value is as a member key. */
final class JsonText {

    /** Digits before or after the point; a longer number is nobody's id. */
    private static final int MOST_DIGITS = 400;

    private JsonText() {}

    /**
     * The value that the parser stands at. Numbers are written plainly, digit by digit: Mixpanel's ids are sometimes typed
     * as numbers (contracts, section 6.1). Null is empty, and what holds no single text is {@link Chunk#INVALID}.
     */
    static String of(JsonParser value) throws IOException {
        return switch (value.currentToken()) {
            case VALUE_NULL -> "";
            case START_OBJECT, START_ARRAY -> Chunk.INVALID;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> plain(value.getText());
            default -> value.getText();
        };
    }

    static String plain(String number) {
        if (number.length() > MOST_DIGITS) {
            return Chunk.INVALID;
        }
        try {
            BigDecimal decimal = new BigDecimal(number).stripTrailingZeros();
            return Math.abs((long) decimal.scale()) > MOST_DIGITS ? Chunk.INVALID : decimal.toPlainString();
        } catch (ArithmeticException | NumberFormatException exponentOutOfRange) {
            return Chunk.INVALID;
        }
    }
}
