package io.cohortsync.bench;

import io.cohortsync.diff.Diff;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Path;
import java.util.Locale;

/** The JVM that {@link MemoryBench} gives a heap of a certain size: a cold pass and a warm one, which find the same. */
final class MemoryPass {

    private MemoryPass() {}

    public static void main(String[] arguments) {
        Bench.quiet();
        Cohort cohort = new Cohort(Integer.parseInt(arguments[2]), Path.of(arguments[1]));
        try (State state = new State(arguments[0])) {
            Diff diff = state.diff(Long.parseLong(arguments[4]), Path.of(arguments[3]));
            String cold = pass("cold", state, diff, cohort);
            if (!pass("warm", state, diff, cohort).equals(cold)) {
                throw new IllegalStateException("the warm pass found something else");
            }
        }
    }

    private static String pass(String what, State state, Diff diff, Cohort cohort) {
        long begin = System.nanoTime();
        Changes changes = state.pass(diff, state.link(Churn.ONE_PERCENT), cohort, Churn.ONE_PERCENT);
        double seconds = (System.nanoTime() - begin) / 1e9;
        long peak = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getPeakUsage)
                .mapToLong(usage -> usage.getUsed())
                .sum();
        System.out.printf(
                Locale.ROOT,
                "%s, %.1f s, at most %d MB of heap with garbage, found %s%n",
                what,
                seconds,
                peak >> 20,
                changes);
        return changes.toString();
    }
}
