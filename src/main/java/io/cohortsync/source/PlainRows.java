package io.cohortsync.source;

import io.cohortsync.config.MemberKeyField;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * CSV whose records are a line each, its fields quoted or not, taken as bytes and never made into texts: what large cohorts
 * are. At the first thing that plain lines do not have, such as a quote or a line end within quotes, the rest goes to the CSV
 * parser.
 */
final class PlainRows implements Records {

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
    private static final int NOT_PLAIN = -1;

    private final InputStream in;
    private final List<MemberKeyField> fields;
    private byte[] buffer = new byte[256 << 10];
    private int begin;
    private int filled;
    private boolean ended;
    private long line;
    private byte[] header = {};
    private int columns;
    private int[] wanted = {};
    private Optional<Records> parser = Optional.empty();

    // Of the record that was found last: where its fields are, counted from where it begins.
    private int[] starts = new int[8];
    private int[] ends = new int[8];
    private int found;

    PlainRows(InputStream in, List<MemberKeyField> fields) {
        this.in = in;
        this.fields = fields;
    }

    @Override
    public boolean next(Chunk.Builder into) throws IOException {
        if (line == 0 && parser.isEmpty()) {
            readHeader();
        }
        while (parser.isEmpty()) {
            int end = findRecord();
            if (end == begin && end == filled) {
                return false;
            }
            // In a file of several columns an empty line is no record.
            boolean empty = columns > 1 && found == 1 && ends[0] == 0;
            if (end == NOT_PLAIN || found != columns && !empty) {
                handOver();
                break;
            }
            line++;
            if (!empty) {
                for (int column : wanted) {
                    into.add(buffer, begin + starts[column], ends[column] - starts[column]);
                }
            }
            begin = Math.min(end + 1, filled);
            if (!empty) {
                return true;
            }
        }
        return parser.orElseThrow().next(into);
    }

    private void readHeader() throws IOException {
        while (filled < BYTE_ORDER_MARK.length && !ended) {
            more();
        }
        if (Arrays.equals(buffer, 0, Math.min(BYTE_ORDER_MARK.length, filled), BYTE_ORDER_MARK, 0, 3)) {
            begin = BYTE_ORDER_MARK.length;
        }
        int end = findRecord();
        if (end == NOT_PLAIN || end == filled) {
            handOver();
            return;
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < found; i++) {
            names.add(new String(buffer, begin + starts[i], ends[i] - starts[i], StandardCharsets.UTF_8));
        }
        boolean odd = found == 1 && (names.get(0).isBlank() || names.get(0).matches(".*[;|].*"));
        if (odd || names.stream().anyMatch(name -> name.indexOf('\t') >= 0)) {
            handOver();
            return;
        }
        List<String> stripped = names.stream().map(String::strip).toList();
        wanted = new ColumnNames(stripped).locate(fields, ColumnNames.Match.EXACT);
        columns = found;
        header = Arrays.copyOfRange(buffer, begin, end + 1);
        line = 1;
        begin = end + 1;
    }

    /** Where the line of the record that begins at {@code begin} ends. */
    private int findRecord() throws IOException {
        found = 0;
        int at = begin;
        byte all = 0;
        while (true) {
            if (at == filled) {
                at = moreAt(at);
            }
            boolean quoted = at < filled && buffer[at] == '"';
            int start = (quoted ? ++at : at) - begin;
            while (true) {
                if (at == filled) {
                    at = moreAt(at);
                    if (at == filled) {
                        break;
                    }
                }
                byte b = buffer[at];
                all |= b;
                // Letters, digits and most signs lie above all that is special here.
                if (b <= ',' && (quoted ? endsQuoted(b) : endsPlain(b))) {
                    break;
                }
                at++;
            }
            keep(start, at - begin);
            if (quoted) {
                if (at == filled || buffer[at] != '"') {
                    return NOT_PLAIN;
                }
                at++;
                if (at == filled) {
                    at = moreAt(at);
                }
            }
            if (at == filled || buffer[at] == '\n') {
                return checked(at, all);
            }
            if (buffer[at] == '\r') {
                if (at + 1 == filled) {
                    at = moreAt(at + 1) - 1;
                }
                return at + 1 < filled && buffer[at + 1] == '\n' ? checked(at + 1, all) : NOT_PLAIN;
            }
            if (buffer[at] != ',') {
                return NOT_PLAIN;
            }
            at++;
        }
    }

    private static boolean endsQuoted(byte b) {
        return b == '"' || b == '\n' || b == '\r';
    }

    private static boolean endsPlain(byte b) {
        return b == ',' || b == '\n' || b == '\r' || b == '"';
    }

    private void keep(int start, int end) {
        if (found == starts.length) {
            starts = Arrays.copyOf(starts, found * 2);
            ends = Arrays.copyOf(ends, found * 2);
        }
        starts[found] = start;
        ends[found++] = end;
    }

    private int checked(int end, byte all) throws IOException {
        if (all < 0) {
            try {
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(buffer, begin, end - begin));
            } catch (CharacterCodingException e) {
                return NOT_PLAIN;
            }
        }
        return end;
    }

    /** Reads on, and where the place is by then; at the end it is {@code filled}. */
    private int moreAt(int at) throws IOException {
        int fromBegin = at - begin;
        more();
        return begin + fromBegin;
    }

    /** Reads on, with the line that has begun at the front. */
    private void more() throws IOException {
        if (ended) {
            return;
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
    }

    /** From here on the CSV parser reads, as if the lines before had only been the header. */
    private void handOver() {
        InputStream rest = new SequenceInputStream(new ByteArrayInputStream(buffer, begin, filled - begin), in);
        InputStream all = new SequenceInputStream(new ByteArrayInputStream(header), rest);
        long linesBefore = Math.max(line - 1, 0);
        parser = Optional.of(new CsvRecords(new Utf8Text(all, linesBefore), fields, linesBefore));
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
