package io.cohortsync.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Whether a small heap is enough, and finds the same: a cold and a warm pass at 1 % churn over a state in PostgreSQL, each
 * in a JVM of its own. So many members with the default memory in 512 MB of heap; twice as many, given so little memory
 * that they are compared part by part, in 256 MB; both against a heap in which nothing is tight.
 */
final class MemoryBench {

    private static final String ROOMY = "4g";
    private static final long ROOMY_BYTES = 1L << 30;

    /** For 20 million members, who need 200 MB. */
    private static final long TIGHT_BYTES = 64L << 20;

    private static final int MEMBERS_OF_TIGHT = 20_000_000;

    private boolean passed = true;

    private MemoryBench() {}

    static void run(int members) throws Exception {
        MemoryBench bench = new MemoryBench();
        try (Folder folder = new Folder();
                Postgres server = new Postgres(folder.data("postgresql"))) {
            bench.compare(folder, server, members, "512m", State.DIFF_MEMORY.toBytes());
            long tight = Math.max(1, (long) ((double) TIGHT_BYTES * 2 * members / MEMBERS_OF_TIGHT));
            bench.compare(folder, server, 2 * members, "256m", tight);
        }
        System.out.println(bench.passed ? "PASS" : "FAIL");
        if (!bench.passed) {
            System.exit(1);
        }
    }

    private void compare(Folder folder, Postgres server, int members, String heap, long memoryBytes) throws Exception {
        Cohort cohort = Cohort.written(members, folder.data("cohorts"));
        Path spools = Files.createDirectories(folder.data("spools"));
        String url = server.database("members_" + members);
        try (State state = new State(url)) {
            state.store(cohort, spools);
            state.settle();
        }
        String expected = pass(url, cohort, spools, ROOMY, ROOMY_BYTES);
        String found = pass(url, cohort, spools, heap, memoryBytes);
        boolean same = !expected.isEmpty() && expected.equals(found);
        passed &= same;
        System.out.printf(
                Locale.ROOT,
                "%s: %,d members, heap of %s, diff.memory of %,d MB: %s%n",
                same ? "PASS" : "FAIL",
                members,
                heap,
                memoryBytes >> 20,
                same ? found : "found \"" + found + "\" and not \"" + expected + "\"");
    }

    /** Runs a JVM; empty when it failed. */
    private static String pass(String url, Cohort cohort, Path spools, String heap, long memoryBytes)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + heap,
                        "-classpath",
                        System.getProperty("java.class.path"),
                        MemoryPass.class.getName(),
                        url,
                        cohort.directory().toString(),
                        Integer.toString(cohort.members()),
                        spools.toString(),
                        Long.toString(memoryBytes)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        boolean ended = process.waitFor() == 0;
        lines.forEach(line -> System.out.println("  -Xmx" + heap + ": " + line));
        return ended && !lines.isEmpty() ? lines.get(lines.size() - 1).replaceFirst(".*found ", "") : "";
    }
}
