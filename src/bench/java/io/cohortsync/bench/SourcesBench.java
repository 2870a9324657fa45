package io.cohortsync.bench;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import io.cohortsync.config.MemberKeyField;
import io.cohortsync.diff.Diff;
import io.cohortsync.source.DownloadedCohorts;
import io.cohortsync.source.DownloadedFile;
import io.cohortsync.source.SnapshotReader;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * How long a cohort's file as Amplitude sends it (gzip, two columns, quoted) takes on its way through the diff, beside FastCSV
 * reading the same file and doing nothing with it. All take turns; each one's best time counts.
 */
final class SourcesBench {

    private static final int ROUNDS = 7;
    private static final String FASTCSV = "fastcsv-alone";

    private SourcesBench() {}

    static void run(int members) throws Exception {
        try (Folder folder = new Folder()) {
            Cohort cohort = Cohort.written(members, folder.data("cohorts"));
            Path file = folder.data("cohorts").resolve("amplitude.csv.gz");
            write(file, members);
            System.out.printf(Locale.ROOT, "%,d members, %,d bytes gzipped%n", members, Files.size(file));
            Path spools = Files.createDirectories(folder.data("spools"));
            try (State state = new State("jdbc:h2:file:" + folder.data("h2").resolve("state") + ";WRITE_DELAY=0")) {
                state.store(cohort, spools);
                Diff diff = state.diff(State.DIFF_MEMORY.toBytes(), spools);
                Map<String, Callable<Object>> contestants = new LinkedHashMap<>();
                contestants.put(FASTCSV, () -> fastCsv(file));
                contestants.put("ours-read-only", () -> readOnly(file));
                contestants.put("ours-diff-no-churn", () -> through(state, diff, file, Churn.NONE));
                contestants.put("ours-diff-first-sync", () -> through(state, diff, file, Churn.FIRST));
                report(members, best(contestants), folder.results().resolve("sources.csv"));
            }
        }
    }

    private static void write(Path file, int members) throws IOException {
        try (OutputStream out =
                new BufferedOutputStream(new GZIPOutputStream(Files.newOutputStream(file), 1 << 16), 1 << 20)) {
            out.write("\"amplitude_id\",\"user_id\"\n".getBytes(StandardCharsets.US_ASCII));
            for (long i = 0; i < members; i++) {
                long person = i * 7_368_787L % members;
                String line = "\"" + (900_000_000_000L + person) + "\",\"" + Cohort.key(person) + "\"\n";
                out.write(line.getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    private static Object fastCsv(Path file) throws IOException {
        long characters = 0;
        try (CsvReader<CsvRecord> csv = CsvReader.builder()
                .ofCsvRecord(new InputStreamReader(
                        new GZIPInputStream(Files.newInputStream(file), 1 << 16), StandardCharsets.UTF_8))) {
            for (CsvRecord row : csv) {
                characters += row.getField(1).length();
            }
        }
        return characters;
    }

    private static SnapshotReader open(Path file) throws IOException {
        return new DownloadedCohorts()
                .open(
                        "The file",
                        DownloadedFile.of(Files.newInputStream(file)),
                        List.of(new MemberKeyField.Named(Cohort.COLUMN)),
                        Set.of());
    }

    private static Object readOnly(Path file) throws IOException {
        long rows = 0;
        try (SnapshotReader snapshot = open(file)) {
            while (snapshot.hasNext()) {
                rows += snapshot.next().rows();
            }
        }
        return rows;
    }

    private static Object through(State state, Diff diff, Path file, Churn churn) throws IOException {
        return state.pass(diff, state.link(churn), open(file));
    }

    private static Map<String, Double> best(Map<String, Callable<Object>> contestants) throws Exception {
        Map<String, Double> best = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (Map.Entry<String, Callable<Object>> contestant : contestants.entrySet()) {
                System.gc();
                long begin = System.nanoTime();
                Object found = contestant.getValue().call();
                double seconds = (System.nanoTime() - begin) / 1e9;
                if (round == 0) {
                    System.out.println(contestant.getKey() + " found " + found);
                } else {
                    best.merge(contestant.getKey(), seconds, Math::min);
                }
            }
        }
        return best;
    }

    private static void report(int members, Map<String, Double> best, Path csv) throws IOException {
        StringBuilder lines = new StringBuilder("case,members,seconds,members_per_second,ratio_to_fastcsv\n");
        System.out.printf(Locale.ROOT, "%n%-22s %10s %14s %18s%n", "case", "seconds", "members/s", "speed / FastCSV's");
        best.forEach((name, seconds) -> {
            double ratio = best.get(FASTCSV) / seconds;
            System.out.printf(Locale.ROOT, "%-22s %10.3f %,14.0f %18.2f%n", name, seconds, members / seconds, ratio);
            lines.append(String.format(
                    Locale.ROOT, "%s,%d,%.3f,%.0f,%.2f%n", name, members, seconds, members / seconds, ratio));
        });
        Files.createDirectories(csv.getParent());
        Files.writeString(csv, lines);
        System.out.println(
                "The best of " + (ROUNDS - 1) + " rounds after one that is not counted. The goal is 0.50 or more.");
    }
}
