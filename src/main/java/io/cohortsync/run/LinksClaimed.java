package io.cohortsync.run;

/**
 * A run holds the links of its sync and has not looked at them yet: the last moment to put into {@code membership} what it
 * shall see there. A listener that fails keeps the run from beginning.
 *
 * @param token the lease's; no one else may write to these links under an older one
 */
public record LinksClaimed(String sync, long token) {}
