package io.cohortsync.mirror;

import java.time.Instant;
import java.util.Map;

/**
 * Somebody as the mirror knows it.
 *
 * @param member the person, as the source knows it
 * @param inside whether in the cohort
 * @param at since when that is known
 * @param properties by the words of a member key
 */
public record MirrorMember(String member, boolean inside, Instant at, Map<String, String> properties) {}
