package io.cohortsync.delivery;

import io.cohortsync.diff.PlannedChange;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Whom a target said it does not know, by member key. */
record Unmatched(Set<String> keys) {

    /** @param named by a destination's route, which may have read them out of JSON, where a key of digits is a number */
    static Unmatched of(Collection<?> named) {
        return new Unmatched(Optional.<Collection<?>>ofNullable(named).stream()
                .flatMap(Collection::stream)
                .map(String::valueOf)
                .collect(Collectors.toSet()));
    }

    boolean holds(PlannedChange change) {
        return keys.contains(change.key());
    }
}
