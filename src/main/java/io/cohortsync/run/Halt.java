package io.cohortsync.run;

/**
 * Why a run has to end before its time.
 *
 * @param state what a run ends as that has sent nothing yet
 * @param why in words
 */
public record Halt(RunState state, String why) {}
