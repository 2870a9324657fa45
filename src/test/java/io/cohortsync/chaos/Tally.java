package io.cohortsync.chaos;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What happened in all rounds of all worlds. */
final class Tally {

    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<String, Long> faults = new TreeMap<>();

    synchronized void count(String what, long number) {
        counts.merge(what, number, Long::sum);
    }

    synchronized void fault(String kind, long number) {
        if (number > 0) {
            faults.merge(kind, number, Long::sum);
        }
    }

    synchronized long of(String what) {
        return counts.getOrDefault(what, 0L);
    }

    synchronized String line(String database, long seed) {
        return String.format(
                "chaos %s: %d rounds, %d kills, %d faults (%s), %d changes, %d runs, %d re-sends of %d that may have been"
                        + " in doubt, %d left and %d returned while in doubt, lost %d, wrong %d, seed %d",
                database,
                of("rounds"),
                of("kills"),
                faults.values().stream().mapToLong(Long::longValue).sum(),
                faults.entrySet().stream()
                        .map(fault -> fault.getKey() + " " + fault.getValue())
                        .collect(Collectors.joining(", ")),
                of("changes"),
                of("runs"),
                of("re-sends"),
                of("in doubt"),
                of("left in doubt"),
                of("returned in doubt"),
                of("lost"),
                of("wrong"),
                seed);
    }
}
