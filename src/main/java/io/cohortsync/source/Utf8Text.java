package io.cohortsync.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Bytes as UTF-8 text without its byte order mark; whatever is not UTF-8 is an error that names the line. */
final class Utf8Text extends Reader {

    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final InputStream in;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final ByteBuffer bytes = ByteBuffer.allocate(16 * 1024).flip();
    private final CharBuffer chars = CharBuffer.allocate(16 * 1024).flip();
    private long line;
    private boolean afterCarriageReturn;
    private boolean begun;
    private boolean bytesEnded;

    /** @param linesBefore how many lines were read elsewhere, so that a message names the right one */
    Utf8Text(InputStream in, long linesBefore) {
        this.in = in;
        this.line = linesBefore + 1;
    }

    @Override
    public int read(char[] target, int offset, int length) throws IOException {
        while (!chars.hasRemaining()) {
            if (!decode()) {
                return -1;
            }
        }
        int count = Math.min(length, chars.remaining());
        chars.get(target, offset, count);
        return count;
    }

    private boolean decode() throws IOException {
        chars.clear();
        while (true) {
            CoderResult result = decoder.decode(bytes, chars, bytesEnded);
            if (chars.position() > 0) {
                // An error behind these characters is met again by the next call, when their lines are counted.
                chars.flip();
                countLines();
                skipByteOrderMark();
                return true;
            }
            if (result.isError()) {
                throw notUtf8();
            }
            if (bytesEnded) {
                chars.flip();
                return false;
            }
            readBytes();
        }
    }

    private void readBytes() throws IOException {
        bytes.compact();
        int count = in.read(bytes.array(), bytes.position(), bytes.remaining());
        if (count < 0) {
            bytesEnded = true;
        } else {
            bytes.position(bytes.position() + count);
        }
        bytes.flip();
    }

    private void countLines() {
        char[] decoded = chars.array();
        for (int i = 0; i < chars.limit(); i++) {
            char c = decoded[i];
            if (c == '\r' || c == '\n' && !afterCarriageReturn) {
                line++;
            }
            afterCarriageReturn = c == '\r';
        }
    }

    private void skipByteOrderMark() {
        if (!begun && chars.get(0) == BYTE_ORDER_MARK) {
            chars.position(1);
        }
        begun = true;
    }

    private BrokenContentException notUtf8() {
        // These two bytes never occur in UTF-8; at the beginning they are the byte order mark of UTF-16.
        int first = bytes.get(bytes.position()) & 0xff;
        if (!begun && first >= 0xfe) {
            return new BrokenContentException("is UTF-16 text, not UTF-8, from line 1 on");
        }
        return new BrokenContentException("is not valid UTF-8 in line " + line);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
