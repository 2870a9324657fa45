package io.cohortsync.source;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a source tells of a cohort before it is read.
 *
 * @param name what the cohort is called there
 * @param size how many members a snapshot must have, where that is known for certain
 * @param state which state of the cohort would be read: the same text, the same members
 * @param words the same for a person, such as "not recomputed since 2026-11-22T10:00:00Z"; empty where {@code state} is
 */
public record Told(Optional<String> name, OptionalLong size, Optional<String> state, String words) {

    /** A source that tells nothing, such as a file. */
    public static Told nothing() {
        return new Told(Optional.empty(), OptionalLong.empty(), Optional.empty(), "");
    }
}
