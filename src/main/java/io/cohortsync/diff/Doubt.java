package io.cohortsync.diff;

/**
 * A member in doubt: something was sent and no answer is recorded.
 *
 * @param lastEnter the last run whose enter of this member is in doubt; where only exits are, the last run of those
 */
public record Doubt(String key, long lastEnter) {}
