package io.cohortsync.source;

/**
 * A CSV record as it was found.
 *
 * @param line the number of the line that it begins in, from 1
 * @param fields how many fields it has; 0 for an empty line
 * @param values the values that were to be kept
 */
record CsvRow(long line, int fields, String[] values) {}
