package io.cohortsync.run;

/**
 * A link's part of a run has ended: for whoever counts.
 *
 * @param counts each of its changes has one outcome by now
 */
public record LinkEnded(String sync, String target, Counts counts) {}
