package io.cohortsync.mirror;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Somebody was said to be in a cohort, or not.
 *
 * @param cohort the cohort, as its source names it; at most 300 characters
 * @param cohortName what it is called there, if that was said
 * @param member the person, as the source knows it: never blank, at most 512 characters, no NUL
 * @param inside whether in it
 * @param at when that was so; of two events about one person the later counts, and of two at one time the one received last
 * @param properties the person's properties that some sync takes for the member key, by the key's words
 */
public record PushedEvent(
        String cohort,
        Optional<String> cohortName,
        String member,
        boolean inside,
        Instant at,
        Map<String, String> properties) {}
