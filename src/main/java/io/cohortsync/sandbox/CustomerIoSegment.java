package io.cohortsync.sandbox;

import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A segment.
 *
 * @param manual false: data-driven, so nobody can be added or removed by a call
 * @param members the numbers of the people in it
 */
record CustomerIoSegment(int id, String name, Optional<String> description, boolean manual, SortedSet<Long> members) {

    static CustomerIoSegment empty(int id, String name, Optional<String> description, boolean manual) {
        return new CustomerIoSegment(id, name, description, manual, new TreeSet<>());
    }

    /** As the App API shows it (contracts.md 8.3). */
    Map<String, Object> view() {
        return Map.of(
                "id",
                id,
                "name",
                name,
                "description",
                description.orElse(""),
                "state",
                "finished",
                "type",
                manual ? "manual" : "dynamic");
    }
}
