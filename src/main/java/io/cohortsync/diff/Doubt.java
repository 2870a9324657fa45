package io.cohortsync.diff;

/**
 * A member in doubt: something was sent and no answer is recorded.
 *
 * @param lastEnter the last run whose enter of this member is in doubt; 0: only exits are
 * @param last the last run that left this member in doubt
 */
public record Doubt(String key, long lastEnter, long last) {}
