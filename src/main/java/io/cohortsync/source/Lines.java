package io.cohortsync.source;

import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.util.Arrays;
import java.util.Locale;

/** The lines of a text, each ended by LF, CR LF or CR, none longer than a record may be. */
final class Lines implements Closeable {

    private final Reader reader;
    private char[] buffer = new char[16 * 1024];
    private int begin;
    private int scanned;
    private int filled;
    private int next;
    private long number;
    private boolean afterCarriageReturn;
    private boolean cutOff;

    Lines(Reader reader) {
        this.reader = reader;
    }

    /** Moves to the next line; false at the end of the text. */
    boolean advance() throws IOException {
        begin = next;
        scanned = next;
        while (true) {
            if (scanned == filled && !fill()) {
                return endOfText();
            }
            char c = buffer[scanned];
            if (c == '\n' && afterCarriageReturn && scanned == begin) {
                // The second half of the line end before.
                afterCarriageReturn = false;
                begin = ++scanned;
            } else if (c == '\n' || c == '\r') {
                afterCarriageReturn = c == '\r';
                next = scanned + 1;
                number++;
                return true;
            } else {
                scanned++;
            }
        }
    }

    private boolean endOfText() {
        next = scanned;
        if (scanned == begin) {
            return false;
        }
        number++;
        cutOff = true;
        return true;
    }

    private boolean fill() throws IOException {
        if (scanned - begin > Records.MAX_CHARACTERS) {
            throw tooLong();
        }
        if (begin > 0) {
            System.arraycopy(buffer, begin, buffer, 0, filled - begin);
            filled -= begin;
            scanned -= begin;
            begin = 0;
        }
        if (filled == buffer.length) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        int count = reader.read(buffer, filled, buffer.length - filled);
        if (count < 0) {
            return false;
        }
        filled += count;
        return true;
    }

    private BrokenContentException tooLong() {
        return new BrokenContentException(String.format(
                Locale.ROOT, "has more than %,d characters in line %d", Records.MAX_CHARACTERS, number + 1));
    }

    char[] buffer() {
        return buffer;
    }

    /** Where the line begins in the buffer. */
    int begin() {
        return begin;
    }

    int length() {
        return scanned - begin;
    }

    /** The line's number, from 1. */
    long number() {
        return number;
    }

    /** Whether the text ended before the line did. */
    boolean cutOff() {
        return cutOff;
    }

    boolean blank() {
        for (int i = begin; i < scanned; i++) {
            if (!Character.isWhitespace(buffer[i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
