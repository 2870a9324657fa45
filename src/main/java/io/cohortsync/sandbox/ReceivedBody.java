package io.cohortsync.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A request's body, unpacked and never larger in memory than its limit.
 *
 * @param bytes the body; empty when it is refused
 * @param size how many bytes came, after unpacking
 * @param refusal why the body cannot be used, if so
 */
record ReceivedBody(byte[] bytes, long size, Optional<Refusal> refusal) {

    // A client that is cut off in the middle of its body sees a reset instead of the 400, so some excess is read.
    private static final long MOST_READ = 16L * 1024 * 1024;

    private static final int BUFFER = 16 * 1024;

    static ReceivedBody read(InputStream raw, String contentEncoding, int limit) throws IOException {
        return switch (contentEncoding) {
            case "", "identity" -> readPlain(raw, limit);
            case "gzip" -> readGzip(raw, limit);
            default -> refused(Refusal.BODY_UNREADABLE, 0);
        };
    }

    private static ReceivedBody readGzip(InputStream raw, int limit) throws IOException {
        try {
            return readPlain(new GZIPInputStream(raw, BUFFER), limit);
        } catch (ZipException | EOFException notGzip) {
            return refused(Refusal.BODY_UNREADABLE, 0);
        }
    }

    private static ReceivedBody readPlain(InputStream in, int limit) throws IOException {
        ByteArrayOutputStream kept = new ByteArrayOutputStream(BUFFER);
        byte[] buffer = new byte[BUFFER];
        long size = 0;
        for (int read = in.read(buffer); read >= 0 && size < MOST_READ; read = in.read(buffer)) {
            size += read;
            if (size <= limit) {
                kept.write(buffer, 0, read);
            }
        }
        return size <= limit
                ? new ReceivedBody(kept.toByteArray(), size, Optional.empty())
                : refused(Refusal.BODY_TOO_LARGE, size);
    }

    private static ReceivedBody refused(Refusal refusal, long size) {
        return new ReceivedBody(new byte[0], size, Optional.of(refusal));
    }
}
