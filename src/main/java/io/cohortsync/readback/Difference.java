package io.cohortsync.readback;

import java.util.List;

/**
 * What a target holds against what it has acknowledged.
 *
 * @param there how many people are in the list
 * @param missing how many are acknowledged and not there
 * @param extra how many are there and not acknowledged
 * @param unknownSettling how many are there without being acknowledged, or the other way round, of whom nothing can be said:
 *     they are in doubt, or changed a moment ago
 * @param sampleMissing some of those missing
 */
public record Difference(long there, long missing, long extra, long unknownSettling, List<String> sampleMissing) {}
