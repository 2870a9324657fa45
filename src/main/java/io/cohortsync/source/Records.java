package io.cohortsync.source;

import java.io.Closeable;
import java.io.IOException;

/** The records of one snapshot, one after another, each reduced to the values asked for. */
interface Records extends Closeable {

    /** About the most characters that one record may have (a read buffer more may pass), so that a file without line ends cannot fill the memory. */
    int MAX_CHARACTERS = 1_000_000;

    /**
     * Adds the values of the next record to a chunk.
     *
     * @return false when the end was reached and the snapshot is complete
     * @throws BrokenContentException when it is not
     */
    boolean next(Chunk.Builder into) throws IOException;
}
