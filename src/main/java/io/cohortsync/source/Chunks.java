package io.cohortsync.source;

import java.io.IOException;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Gathers records into chunks, and remembers a failure so that it can never be taken for the end. */
final class Chunks implements SnapshotReader {

    static final int ROWS = 1_000;
    static final int BYTES = 1_000_000;

    private final String origin;
    private final Records records;
    private final int columns;
    private Optional<Chunk> ready = Optional.empty();
    private Optional<IncompleteSnapshotException> failure = Optional.empty();
    private long recordsRead;
    private boolean complete;
    private boolean closed;

    /**
     * @param origin what is read, as the beginning of a sentence
     * @param columns how many values each record has
     */
    Chunks(String origin, Records records, int columns) {
        this.origin = origin;
        this.records = records;
        this.columns = columns;
    }

    @Override
    public boolean hasNext() {
        if (ready.isPresent()) {
            return true;
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
        if (!complete) {
            ready = gather();
        }
        return ready.isPresent();
    }

    @Override
    public Chunk next() {
        if (!hasNext()) {
            throw new NoSuchElementException(origin + " has no more records");
        }
        Chunk chunk = ready.orElseThrow();
        ready = Optional.empty();
        return chunk;
    }

    @Override
    public boolean complete() {
        return complete;
    }

    private Optional<Chunk> gather() {
        Chunk.Builder rows = new Chunk.Builder(recordsRead + 1, columns);
        try {
            while (rows.rows() < ROWS && rows.bytes() < BYTES) {
                if (!records.next(rows)) {
                    complete = true;
                    break;
                }
            }
        } catch (BrokenContentException e) {
            throw failed(new IncompleteSnapshotException(origin + " " + e.getMessage()));
        } catch (IOException e) {
            throw failed(new IncompleteSnapshotException(origin + " cannot be read: " + e.getMessage(), e));
        } catch (RuntimeException | Error e) {
            // Whatever it was, asking again must not look like the end; and its words may quote a record.
            throw failed(new IncompleteSnapshotException(
                    origin + " cannot be read: " + e.getClass().getName(), e));
        }
        if (complete) {
            close();
        }
        if (rows.rows() == 0) {
            return Optional.empty();
        }
        recordsRead += rows.rows();
        return Optional.of(rows.build());
    }

    private IncompleteSnapshotException failed(IncompleteSnapshotException why) {
        failure = Optional.of(why);
        close();
        return why;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!complete && failure.isEmpty()) {
            ready = Optional.empty();
            failure = Optional.of(new IncompleteSnapshotException(origin + " was closed before its end"));
        }
        try {
            records.close();
        } catch (IOException e) {
            // What was read is read: a file that closes badly makes it neither better nor worse.
        }
    }
}
