package io.cohortsync.source;

import java.io.InputStream;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.util.Collection;
import java.util.Map;

/** What a database's value is as a member key. */
final class SqlValue {

    private SqlValue() {}

    /** Numbers are written plainly, never with an exponent; what holds no single text is {@link Chunk#INVALID}. */
    static String text(Object value) throws SQLException {
        if (value == null) {
            return "";
        }
        if (value instanceof String string) {
            return KeyText.of(string);
        }
        if (value instanceof BigDecimal decimal) {
            return decimal.toPlainString();
        }
        if (value instanceof Double || value instanceof Float) {
            return floating(value.toString());
        }
        if (value instanceof Clob clob) {
            return clob.length() > Records.MAX_CHARACTERS
                    ? Chunk.INVALID
                    : KeyText.of(clob.getSubString(1, (int) clob.length()));
        }
        if (manifold(value)) {
            return Chunk.INVALID;
        }
        return KeyText.of(value.toString());
    }

    // By way of its decimal text, so that 0.1 stays 0.1; 42.0 loses its fraction, as it is how a 42 arrives.
    private static String floating(String text) {
        if (text.contains("N") || text.contains("I")) {
            return Chunk.INVALID;
        }
        return new BigDecimal(text).stripTrailingZeros().toPlainString();
    }

    private static boolean manifold(Object value) {
        return value.getClass().isArray()
                || value instanceof Blob
                || value instanceof Array
                || value instanceof SQLXML
                || value instanceof InputStream
                || value instanceof Map
                || value instanceof Collection;
    }
}
