package io.cohortsync.source;

import java.io.IOException;
import java.io.Reader;
import java.util.Locale;

/** The text that the CSV parser reads: it gives no more than one record may have, and remembers that it ended. */
final class CsvText extends Reader {

    private final Reader reader;
    private long sinceRecordBegan;
    private long line = 1;
    private boolean ended;

    CsvText(Reader reader) {
        this.reader = reader;
    }

    /** The parser is at the beginning of a record; some of it, at most a buffer full, may have been read already. */
    void recordBegins(long atLine) {
        sinceRecordBegan = 0;
        line = atLine;
    }

    @Override
    public int read(char[] target, int offset, int length) throws IOException {
        if (sinceRecordBegan > Records.MAX_CHARACTERS) {
            throw new BrokenContentException(String.format(
                    Locale.ROOT,
                    "has more than %,d characters in the record that begins in line %d: is a quote not closed?",
                    Records.MAX_CHARACTERS,
                    line));
        }
        int count = reader.read(target, offset, length);
        if (count < 0) {
            ended = true;
        } else {
            sinceRecordBegan += count;
        }
        return count;
    }

    /** Whether the parser was told that there is no more. */
    boolean ended() {
        return ended;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
