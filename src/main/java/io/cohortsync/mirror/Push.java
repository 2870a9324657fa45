package io.cohortsync.mirror;

import java.util.List;
import java.util.Optional;

/**
 * What one call carried, applied as a whole or not at all.
 *
 * @param source who sent it
 * @param events what it said of whom, in its order
 * @param page the page of a full list that the events are, if they are
 * @param left how many of its records said nothing of a cohort's member, or of nobody
 */
public record Push(String source, List<PushedEvent> events, Optional<FullListPage> page, int left) {}
