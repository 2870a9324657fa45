package io.cohortsync.source;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The content of a gzip file of one or more members (RFC 1952). The JDK's own stream takes a damaged beginning of a
 * later member for the end of the file; here, whatever is not a whole member is an error.
 */
final class GzipMembers extends InputStream {

    private static final int MAGIC_1 = 0x1f;
    private static final int MAGIC_2 = 0x8b;

    private static final int DEFLATE = 8;
    private static final int HAS_HEADER_CHECKSUM = 2;
    private static final int HAS_EXTRA = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;

    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private final byte[] buffer = new byte[64 * 1024];
    private int position;
    private int limit;
    private long inflated;
    private boolean started;
    private boolean ended;

    GzipMembers(InputStream in) {
        this.in = in;
    }

    /** Whether the next two bytes are those that gzip data begins with; the stream stays where it is. */
    static boolean begin(InputStream in) throws IOException {
        in.mark(2);
        boolean gzipped = in.read() == MAGIC_1 && in.read() == MAGIC_2;
        in.reset();
        return gzipped;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!started) {
            started = true;
            readHeader(readByte());
        }
        while (!ended) {
            int read = inflate(target, offset, length);
            if (read > 0) {
                checksum.update(target, offset, read);
                inflated += read;
                return read;
            }
            if (inflater.finished()) {
                position = limit - inflater.getRemaining();
                readTrailer();
                beginNextMember();
            } else if (inflater.needsDictionary()) {
                throw damaged();
            } else {
                if (position == limit) {
                    fill();
                }
                inflater.setInput(buffer, position, limit - position);
                position = limit;
            }
        }
        return -1;
    }

    private int inflate(byte[] target, int offset, int length) throws BrokenContentException {
        try {
            return inflater.inflate(target, offset, length);
        } catch (DataFormatException e) {
            throw damaged();
        }
    }

    private void beginNextMember() throws IOException {
        int first = readByteOrEnd();
        // Tools pad with zeros up to a block's end; anything else after a member must be a member.
        while (first == 0) {
            first = readByteOrEnd();
            if (first > 0) {
                throw damaged();
            }
        }
        if (first < 0) {
            ended = true;
            return;
        }
        readHeader(first);
        inflater.reset();
        checksum.reset();
        inflated = 0;
    }

    private void readHeader(int first) throws IOException {
        if (first != MAGIC_1 || readByte() != MAGIC_2 || readByte() != DEFLATE) {
            throw damaged();
        }
        int flags = readByte();
        skip(6);
        if ((flags & HAS_EXTRA) != 0) {
            skip(readByte() | readByte() << 8);
        }
        if ((flags & HAS_NAME) != 0) {
            skipText();
        }
        if ((flags & HAS_COMMENT) != 0) {
            skipText();
        }
        if ((flags & HAS_HEADER_CHECKSUM) != 0) {
            skip(2);
        }
    }

    private void readTrailer() throws IOException {
        if (readInt() != checksum.getValue() || readInt() != (inflated & 0xffff_ffffL)) {
            throw damaged();
        }
    }

    private long readInt() throws IOException {
        return readByte() | readByte() << 8 | readByte() << 16 | (long) readByte() << 24;
    }

    private void skip(int bytes) throws IOException {
        for (int i = 0; i < bytes; i++) {
            readByte();
        }
    }

    private void skipText() throws IOException {
        while (readByte() != 0) {
            // to the zero that ends it
        }
    }

    private int readByte() throws IOException {
        if (position == limit) {
            fill();
        }
        return buffer[position++] & 0xff;
    }

    private int readByteOrEnd() throws IOException {
        if (position == limit && !filled()) {
            return -1;
        }
        return buffer[position++] & 0xff;
    }

    private void fill() throws IOException {
        if (!filled()) {
            throw new BrokenContentException("ends in the middle of its gzip data");
        }
    }

    private boolean filled() throws IOException {
        position = 0;
        limit = Math.max(0, in.read(buffer));
        return limit > 0;
    }

    private static BrokenContentException damaged() {
        return new BrokenContentException("has damaged gzip data");
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }
}
