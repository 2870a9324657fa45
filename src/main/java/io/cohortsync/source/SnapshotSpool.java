package io.cohortsync.source;

import io.cohortsync.spool.TemporaryFile;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Gathers the records of a snapshot that arrives piece by piece, and gives them once all of it is there. They lie in a
 * temporary file, so that memory does not depend on their number. For one thread.
 */
public final class SnapshotSpool implements AutoCloseable {

    private static final int BUFFER_BYTES = 64 << 10;

    private final int columns;
    private final TemporaryFile file = new TemporaryFile(Path.of(System.getProperty("java.io.tmpdir")));
    private final DataOutputStream out = new DataOutputStream(new BufferedOutputStream(appending(), BUFFER_BYTES));
    private long records;

    /**
     * @param columns how many values each record has, 1 or more
     * @throws UncheckedIOException if there can be no temporary file
     */
    public SnapshotSpool(int columns) {
        this.columns = columns;
    }

    /**
     * Adds a record.
     *
     * @param values one for each column, never null: empty where the record has none, {@link Chunk#INVALID} where it
     *     cannot be a member key
     */
    public void add(List<String> values) {
        if (values.size() != columns) {
            throw new IllegalArgumentException(values.size() + " values for " + columns + " columns");
        }
        try {
            for (String value : values) {
                byte[] utf8 = KeyText.of(value).getBytes(StandardCharsets.UTF_8);
                out.writeInt(utf8.length);
                out.write(utf8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        records++;
    }

    /** How many records were added. */
    public long records() {
        return records;
    }

    /**
     * The snapshot, which is complete: nothing more is added, and whoever closes the reader closes this.
     *
     * @param origin what was read, as the beginning of a sentence
     */
    public SnapshotReader read(String origin) {
        try {
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Chunks(origin, new Spooled(), columns);
    }

    /** Lets go of the file. Does nothing the second time. */
    @Override
    public void close() {
        file.close();
    }

    private OutputStream appending() {
        return new OutputStream() {
            @Override
            public void write(int one) {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                file.append(bytes, offset, length);
            }
        };
    }

    /** Reads the records back, in their order. */
    private final class Spooled implements Records {

        private final DataInputStream in = new DataInputStream(new BufferedInputStream(
                new InputStream() {
                    private long position;

                    @Override
                    public int read() {
                        byte[] one = new byte[1];
                        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                    }

                    @Override
                    public int read(byte[] into, int offset, int length) {
                        int read = file.read(position, into, offset, length);
                        position += read;
                        return read == 0 && length > 0 ? -1 : read;
                    }
                },
                BUFFER_BYTES));
        private long given;

        @Override
        public boolean next(Chunk.Builder into) throws IOException {
            if (given == records) {
                return false;
            }
            for (int i = 0; i < columns; i++) {
                byte[] utf8 = new byte[in.readInt()];
                in.readFully(utf8);
                into.add(utf8, 0, utf8.length);
            }
            given++;
            return true;
        }

        @Override
        public void close() {
            SnapshotSpool.this.close();
        }
    }
}
