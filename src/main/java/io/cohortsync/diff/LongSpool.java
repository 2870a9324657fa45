package io.cohortsync.diff;

import io.cohortsync.spool.TemporaryFile;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** Fingerprints kept in order until they are asked for, in a temporary file beyond a small buffer. */
final class LongSpool {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int BUFFER_BYTES = 64 << 10;

    private final Path directory;
    private byte[] buffer = new byte[1 << 10];
    private int used;
    private TemporaryFile file;
    private long size;
    private long given;
    private int bufferAt;
    private boolean reading;

    LongSpool(Path directory) {
        this.directory = directory;
    }

    void add(long value) {
        if (used == buffer.length) {
            if (buffer.length < BUFFER_BYTES) {
                buffer = java.util.Arrays.copyOf(buffer, buffer.length * 2);
            } else {
                flush();
            }
        }
        LONG.set(buffer, used, value);
        used += Long.BYTES;
        size++;
    }

    private void flush() {
        if (file == null) {
            file = new TemporaryFile(directory);
        }
        file.append(buffer, 0, used);
        used = 0;
    }

    long size() {
        return size;
    }

    boolean hasNext() {
        return given < size;
    }

    /** The next one; with the last, the file is gone. */
    long next() {
        if (!reading) {
            reading = true;
            if (file != null) {
                flush();
            }
            bufferAt = file == null ? 0 : used;
        }
        if (file != null && bufferAt == used) {
            used = file.read(given * Long.BYTES, buffer, 0, buffer.length);
            bufferAt = 0;
        }
        long value = (long) LONG.get(buffer, bufferAt);
        bufferAt += Long.BYTES;
        if (++given == size) {
            close();
        }
        return value;
    }

    void close() {
        if (file != null) {
            file.close();
            file = null;
        }
    }
}
