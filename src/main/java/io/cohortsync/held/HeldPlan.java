package io.cohortsync.held;

import java.time.Instant;

/**
 * Changes of one link that wait for a person.
 *
 * @param id told by who is in it: the same people, the same id
 * @param enters how many enters wait
 * @param exits how many exits wait
 * @param why in words
 * @param run the run that held them first
 * @param since when that was
 */
public record HeldPlan(String id, long enters, long exits, String why, long run, Instant since) {}
