package io.cohortsync.source;

import java.util.List;

/**
 * Some consecutive records of a snapshot, reduced to the columns that somebody asked for.
 *
 * @param firstRecord the number of the first record in its snapshot, from 1, so that a message can name it
 * @param rows one array per record, with one value for each column asked for, in that order; a value that the record
 *     does not have is the empty text, never null
 */
public record Chunk(long firstRecord, List<String[]> rows) {

    /**
     * Stands for a value that cannot be a member key, such as a JSON array: a NUL is never part of a member key, so
     * whoever reads the rows counts such a record as invalid.
     */
    public static final String INVALID = "\u0000";
}
