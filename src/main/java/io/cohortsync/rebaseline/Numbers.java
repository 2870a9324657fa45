package io.cohortsync.rebaseline;

/**
 * What a rebaseline would do.
 *
 * @param adopt how many members of the snapshot would become acknowledged
 * @param forget how many that are known, and not in the snapshot, would be forgotten although the target may hold them
 */
public record Numbers(long adopt, long forget) {}
