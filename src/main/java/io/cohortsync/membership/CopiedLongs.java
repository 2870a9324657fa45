package io.cohortsync.membership;

import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.function.LongConsumer;
import org.postgresql.copy.CopyOut;

/** Reads PostgreSQL's binary COPY format where each row is one bigint that is not null. */
final class CopiedLongs {

    /** Signature, flags, length of the extension. */
    private static final int HEADER = 19;

    /** Number of fields, length of the field, the field. */
    private static final int ROW = 14;

    private CopiedLongs() {}

    static void read(CopyOut rows, LongConsumer each) throws SQLException {
        boolean first = true;
        for (byte[] message = rows.readFromCopy(); message != null; message = rows.readFromCopy()) {
            // The header comes with the first row; the last message is the trailer, shorter than a row.
            int at = first ? HEADER : 0;
            first = false;
            if (message.length - at >= ROW) {
                each.accept(ByteBuffer.wrap(message).getLong(at + ROW - Long.BYTES));
            }
        }
    }
}
