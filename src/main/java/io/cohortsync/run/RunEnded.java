package io.cohortsync.run;

/** A run has ended: for whoever counts. */
public record RunEnded(String sync, RunState state) {}
