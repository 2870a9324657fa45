package io.cohortsync.diff;

import io.cohortsync.spool.TemporaryFile;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.PrimitiveIterator;
import java.util.Spliterators;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;

/** Fingerprints kept in the order they came in, in a temporary file beyond a small buffer. */
final class LongSpool {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int BUFFER_BYTES = 64 << 10;

    private final Path directory;
    private byte[] buffer = new byte[1 << 10];
    private int used;
    private TemporaryFile file;
    private long size;

    LongSpool(Path directory) {
        this.directory = directory;
    }

    void add(long value) {
        if (used == buffer.length) {
            if (buffer.length < BUFFER_BYTES) {
                buffer = Arrays.copyOf(buffer, buffer.length * 2);
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

    /** All of them, from the first on; to be asked for once all are added, as often as wanted. */
    PrimitiveIterator.OfLong iterator() {
        if (file != null && used > 0) {
            flush();
        }
        return file == null ? new Reading(buffer, used) : new Reading(new byte[BUFFER_BYTES], 0);
    }

    LongStream stream() {
        return StreamSupport.longStream(Spliterators.spliterator(iterator(), size, 0), false);
    }

    private final class Reading implements PrimitiveIterator.OfLong {
        private final byte[] block;
        private int filled;
        private int at;
        private long given;

        private Reading(byte[] block, int filled) {
            this.block = block;
            this.filled = filled;
        }

        @Override
        public boolean hasNext() {
            return given < size;
        }

        @Override
        public long nextLong() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            if (at == filled) {
                filled = file.read(given * Long.BYTES, block, 0, block.length);
                at = 0;
            }
            long value = (long) LONG.get(block, at);
            at += Long.BYTES;
            given++;
            return value;
        }
    }

    void close() {
        if (file != null) {
            file.close();
            file = null;
        }
    }
}
