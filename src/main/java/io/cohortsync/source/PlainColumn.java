package io.cohortsync.source;

import io.cohortsync.config.MemberKeyField;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * CSV of one column, taken as bytes and never made into texts: what most large cohorts are. At the first thing that plain
 * lines do not have, such as a quote, the rest goes to the CSV parser.
 */
final class PlainColumn implements Records {

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final InputStream in;
    private final List<MemberKeyField> fields;
    private byte[] buffer = new byte[256 << 10];
    private int begin;
    private int filled;
    private boolean ended;
    private long line;
    private byte[] header = {};
    private Optional<Records> parser = Optional.empty();

    PlainColumn(InputStream in, List<MemberKeyField> fields) {
        this.in = in;
        this.fields = fields;
    }

    @Override
    public boolean next(Chunk.Builder into) throws IOException {
        if (line == 0 && parser.isEmpty()) {
            readHeader();
        }
        if (parser.isPresent()) {
            return parser.get().next(into);
        }
        int end = endOfLine();
        if (end < 0) {
            return handOver().next(into);
        }
        if (end == begin && end == filled) {
            return false;
        }
        line++;
        int length = end > begin && buffer[end - 1] == '\r' ? end - 1 - begin : end - begin;
        for (int i = 0; i < fields.size(); i++) {
            into.add(buffer, begin, length);
        }
        begin = Math.min(end + 1, filled);
        return true;
    }

    private void readHeader() throws IOException {
        int end = endOfLine();
        if (end < 0 || end == filled) {
            handOver();
            return;
        }
        int from = Arrays.equals(buffer, 0, Math.min(3, end), BYTE_ORDER_MARK, 0, 3) ? 3 : 0;
        String name = new String(buffer, from, end - from, StandardCharsets.UTF_8).strip();
        if (name.isEmpty() || name.chars().anyMatch(c -> c == ';' || c == '\t' || c == '|')) {
            handOver();
            return;
        }
        new ColumnNames(List.of(name)).locate(fields, ColumnNames.Match.EXACT);
        header = Arrays.copyOfRange(buffer, 0, end + 1);
        line = 1;
        begin = end + 1;
    }

    /** Where the line that begins at {@code begin} ends; -1 where it is not plain. */
    private int endOfLine() throws IOException {
        int at = begin;
        boolean ascii = true;
        while (true) {
            for (; at < filled; at++) {
                byte b = buffer[at];
                // Letters, digits and most signs lie above all that is special here.
                if (b > ',') {
                    continue;
                }
                if (b == '\n') {
                    return checked(at, ascii);
                }
                if (b == '\r') {
                    int before = begin;
                    if (at + 1 == filled && more()) {
                        at -= before - begin;
                    }
                    if (at + 1 == filled || buffer[at + 1] != '\n') {
                        return -1;
                    }
                } else if (b == '"' || b == ',') {
                    return -1;
                }
                ascii &= b >= 0;
            }
            int before = begin;
            if (!more()) {
                return checked(at - before + begin, ascii);
            }
            at -= before - begin;
        }
    }

    private int checked(int end, boolean ascii) throws IOException {
        if (!ascii) {
            try {
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(buffer, begin, end - begin));
            } catch (CharacterCodingException e) {
                return -1;
            }
        }
        return end;
    }

    /** Reads on, with the line that has begun at the front; false at the end. */
    private boolean more() throws IOException {
        if (ended) {
            return false;
        }
        if (filled - begin > MAX_CHARACTERS) {
            throw new BrokenContentException(String.format(
                    Locale.ROOT,
                    "has more than %,d characters in the record that begins in line %d: is a quote not closed?",
                    MAX_CHARACTERS,
                    line + 1));
        }
        System.arraycopy(buffer, begin, buffer, 0, filled - begin);
        filled -= begin;
        begin = 0;
        if (filled == buffer.length) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        int count = in.read(buffer, filled, buffer.length - filled);
        ended = count < 0;
        filled += Math.max(count, 0);
        return !ended;
    }

    /** From here on the CSV parser reads, as if the lines before had only been the header. */
    private Records handOver() {
        InputStream rest = new SequenceInputStream(new ByteArrayInputStream(buffer, begin, filled - begin), in);
        InputStream all = new SequenceInputStream(new ByteArrayInputStream(header), rest);
        Records records = new CsvRecords(new Utf8Text(all, Math.max(line - 1, 0)), fields, Math.max(line - 1, 0));
        parser = Optional.of(records);
        return records;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
