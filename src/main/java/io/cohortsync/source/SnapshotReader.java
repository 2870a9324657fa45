package io.cohortsync.source;

import java.io.Closeable;
import java.util.Iterator;

/**
 * A snapshot as a stream of chunks, for one thread. It holds one chunk at a time: at most 1,000 rows, and no further
 * row once the values in it add up to 1,000,000 characters.
 *
 * <p>{@link #hasNext()} answers false only when the snapshot was read to its end and proved complete. Otherwise it
 * throws {@link IncompleteSnapshotException}, and throws it again whenever it is asked again, also after a close before
 * the end; {@link #next()} throws the same.
 */
public interface SnapshotReader extends Iterator<Chunk>, Closeable {

    /** Whether the end was reached and everything that could be checked was found in order. */
    boolean complete();

    /** Lets go of the file or the result. Does nothing the second time, and never fails. */
    @Override
    void close();
}
