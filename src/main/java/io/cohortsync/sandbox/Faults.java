package io.cohortsync.sandbox;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The faults that are asked for, by vendor, and how far each has got. */
final class Faults {

    private final Clock clock;
    private final Map<String, List<Running>> byVendor = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Long>> struck = new ConcurrentHashMap<>();

    Faults(Clock clock) {
        this.clock = clock;
    }

    private static final class Running {

        private final Fault fault;
        private final Optional<Instant> end;
        private long met;
        private long struck;

        Running(Fault fault, Optional<Instant> end) {
            this.fault = fault;
            this.end = end;
        }

        boolean over(Instant now) {
            return end.filter(now::isAfter).isPresent()
                    || fault.times().filter(most -> struck >= most).isPresent();
        }
    }

    synchronized void add(String vendor, Fault fault) {
        Optional<Instant> end = fault.lasting().map(clock.instant()::plus);
        byVendor.computeIfAbsent(vendor, name -> new ArrayList<>()).add(new Running(fault, end));
    }

    synchronized List<Fault> of(String vendor) {
        return running(vendor).stream().map(running -> running.fault).toList();
    }

    synchronized void forget(String vendor) {
        byVendor.remove(vendor);
    }

    /** How many calls of a vendor met which misbehaviour, since the start. */
    synchronized Map<String, Long> struck(String vendor) {
        return Map.copyOf(struck.getOrDefault(vendor, Map.of()));
    }

    /** What happens to this call, if anything: the fault that was asked for first. */
    synchronized Optional<Fault> strike(String vendor, String path) {
        for (Running running : running(vendor)) {
            if (running.fault.concerns(path) && ++running.met % running.fault.every() == 0) {
                running.struck++;
                struck.computeIfAbsent(vendor, name -> new TreeMap<>()).merge(running.fault.words(), 1L, Long::sum);
                return Optional.of(running.fault);
            }
        }
        return Optional.empty();
    }

    private List<Running> running(String vendor) {
        List<Running> all = byVendor.getOrDefault(vendor, List.of());
        Instant now = clock.instant();
        return all.stream().filter(running -> !running.over(now)).toList();
    }
}
