package io.cohortsync.bench;

import io.cohortsync.state.DatabaseProduct;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How long it takes to compare a snapshot of so many members with what is acknowledged, here and by others, on the same
 * generated data in one run. The contestants take turns, so that whatever else the machine does meets all of them; each
 * one's best time counts.
 */
final class DiffBench {

    private static final int MANY = 5_000_000;
    private static final int ROUNDS = 5;
    private static final int ROUNDS_OF_MANY = 2;

    /** More keys than these Camel's repository is not asked for; its time is scaled. */
    private static final int MOST_FOR_CAMEL = 10_000;

    private static final String YARDSTICK = "ours-warm-postgresql";

    private final int members;
    private final List<Row> rows = new ArrayList<>();
    private final Map<DatabaseProduct, Map<Churn, RowsWritten>> written = new EnumMap<>(DatabaseProduct.class);

    private DiffBench(int members) {
        this.members = members;
    }

    private record Row(Contestant contestant, Churn churn, double seconds, long peakHeap) {

        private String name() {
            return contestant.name();
        }
    }

    static void run(int members) throws Exception {
        new DiffBench(members).measure();
    }

    private static void say(String what, long begin) {
        System.out.printf(Locale.ROOT, "%s: %.1f s%n", what, (System.nanoTime() - begin) / 1e9);
    }

    private void measure() throws Exception {
        try (Folder folder = new Folder()) {
            long begin = System.nanoTime();
            Cohort cohort = Cohort.written(members, folder.data("cohorts"));
            Cohort few = Cohort.written(fewMembers(), folder.data("few"));
            Path spools = Files.createDirectories(folder.data("spools"));
            say("wrote the files", begin);
            String h2Url = "jdbc:h2:file:" + folder.data("h2").resolve("state") + ";WRITE_DELAY=0";
            try (Postgres server = new Postgres(folder.data("postgresql"))) {
                String postgresqlUrl = server.database("state");
                firstSync(postgresqlUrl, cohort);
                firstSync(h2Url, cohort);
                begin = System.nanoTime();
                String peers = server.database("peers");
                try (State postgresql = new State(postgresqlUrl);
                        State h2 = new State(h2Url);
                        DuckDb duckDb = new DuckDb(folder.data("acknowledged.duckdb"), cohort);
                        PostgresSetBased setBased = new PostgresSetBased(peers, cohort);
                        CamelIdempotent camel = new CamelIdempotent(peers, few)) {
                    say("loaded the others", begin);
                    List<Contestant> inTurns = List.of(
                            new OurDiff(postgresql, cohort, spools, true),
                            new OurDiff(postgresql, cohort, spools, false),
                            new OurDiff(h2, cohort, spools, true),
                            new OurDiff(h2, cohort, spools, false),
                            duckDb.antiJoins(),
                            duckDb.fullJoin(),
                            setBased.antiJoins(),
                            setBased.fullJoin());
                    for (Churn churn : Churn.values()) {
                        begin = System.nanoTime();
                        takeTurns(churn, inTurns);
                        say("took turns", begin);
                        begin = System.nanoTime();
                        scaled(churn, camel);
                        say("asked Camel's repository", begin);
                    }
                    // Last, since they change what is acknowledged.
                    for (State state : List.of(postgresql, h2)) {
                        count(state, cohort, Churn.NONE);
                        count(state, cohort, Churn.ONE_PERCENT);
                    }
                }
            }
            report(folder.results().resolve("diff.csv"));
        }
    }

    /** With beans of its own, so that nothing they remember of it counts as memory later. */
    private void firstSync(String url, Cohort cohort) throws Exception {
        long begin = System.nanoTime();
        try (State state = new State(url)) {
            count(state, cohort, Churn.FIRST);
            say("a complete first sync, " + state.product(), begin);
            state.settle();
        }
    }

    private void takeTurns(Churn churn, List<Contestant> contestants) throws Exception {
        Map<Contestant, Double> best = new LinkedHashMap<>();
        Map<Contestant, Long> peaks = new LinkedHashMap<>();
        String found = "";
        for (Contestant contestant : contestants) {
            contestant.prepare(churn);
            Changes[] changes = new Changes[1];
            peaks.put(contestant, LiveHeap.peakOf(() -> changes[0] = contestant.compare(churn)));
            contestant.forget();
            if (!found.isEmpty() && !found.equals(changes[0].toString())) {
                throw new IllegalStateException(contestant.name() + " found " + changes[0] + ", others " + found);
            }
            found = changes[0].toString();
        }
        System.out.println("churn " + churn.column() + ": " + found + ", all agree");
        for (int round = 0; round < rounds(); round++) {
            for (Contestant contestant : contestants) {
                best.merge(contestant, seconds(contestant, churn), Math::min);
            }
        }
        contestants.forEach(Contestant::forget);
        best.forEach((contestant, seconds) -> rows.add(new Row(contestant, churn, seconds, peaks.get(contestant))));
    }

    private int rounds() {
        return members >= MANY ? ROUNDS_OF_MANY : ROUNDS;
    }

    private int fewMembers() {
        return Math.min(members, MOST_FOR_CAMEL);
    }

    private static double seconds(Contestant contestant, Churn churn) throws Exception {
        contestant.prepare(churn);
        // Nobody pays for the garbage of the one before.
        System.gc();
        long begin = System.nanoTime();
        contestant.compare(churn);
        return (System.nanoTime() - begin) / 1e9;
    }

    private void scaled(Churn churn, CamelIdempotent camel) throws Exception {
        camel.prepare(churn);
        long peak = LiveHeap.peakOf(() -> camel.compare(churn));
        double seconds = seconds(camel, churn) * members / fewMembers();
        rows.add(new Row(camel, churn, seconds, peak));
    }

    private void count(State state, Cohort cohort, Churn churn) throws Exception {
        written.computeIfAbsent(state.product(), product -> new EnumMap<>(Churn.class))
                .put(churn, RowsWritten.by(state, () -> state.sync(cohort, churn)));
    }

    private void report(Path csv) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("case,members,churn_percent,seconds,members_per_second,peak_heap_mb,rows_written,ratio");
        System.out.printf(
                Locale.ROOT,
                "%n%-22s %11s %6s %9s %12s %8s %12s %8s%n",
                "case",
                "members",
                "churn",
                "seconds",
                "members/s",
                "heap MB",
                "rows written",
                "ratio");
        for (Row row : rows) {
            double yardstick = yardstick(row.churn());
            String rowsWritten = row.contestant()
                    .state()
                    .map(state ->
                            Long.toString(written.get(state).get(row.churn()).total()))
                    .orElse("");
            lines.add(String.format(
                    Locale.ROOT,
                    "%s,%d,%s,%.3f,%.0f,%d,%s,%.2f",
                    row.name(),
                    members,
                    row.churn().column(),
                    row.seconds(),
                    members / row.seconds(),
                    row.peakHeap() >> 20,
                    rowsWritten,
                    row.seconds() / yardstick));
            System.out.printf(
                    Locale.ROOT,
                    "%-22s %,11d %6s %9.3f %,12.0f %8d %12s %8.2f%n",
                    row.name(),
                    members,
                    row.churn().column(),
                    row.seconds(),
                    members / row.seconds(),
                    row.peakHeap() >> 20,
                    rowsWritten,
                    row.seconds() / yardstick);
        }
        Files.createDirectories(csv.getParent());
        Files.write(csv, lines);
        System.out.println();
        System.out.println("""
                The best of %d rounds in which all took turns; ratio: to %s at the same churn.
                churn 1: 0.5 %% of the members left and 0.5 %% entered. churn first: nobody was acknowledged yet.
                camel-jdbc-idempotent: %,d keys, timed once and scaled to the members; it finds no exits.
                heap MB: live objects of the whole JVM at most, with what only this contestant keeps between runs, by full
                collections in a round that is not timed. DuckDB's and PostgreSQL's own memory is not in it.
                rows written: by a complete sync of that churn, counted by the database; of them:""".formatted(rounds(), YARDSTICK, fewMembers()));
        written.forEach((product, byChurn) -> byChurn.forEach((churn, count) -> System.out.printf(
                Locale.ROOT,
                "  %-10s churn %-5s %,11d in membership, %,7d in delivery (one for each batch and one for its answer)%n",
                product,
                churn.column(),
                count.membership(),
                count.delivery())));
    }

    private double yardstick(Churn churn) {
        return rows.stream()
                .filter(row -> row.churn() == churn && row.name().equals(YARDSTICK))
                .findFirst()
                .orElseThrow()
                .seconds();
    }
}
