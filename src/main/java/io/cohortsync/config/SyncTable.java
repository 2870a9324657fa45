package io.cohortsync.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Shows the effective syncs, one line for each link. */
final class SyncTable {

    private static final List<String> HEADINGS =
            List.of("SYNC", "SOURCE", "COHORT", "SCHEDULE", "TARGET", "MEMBER KEY", "NORMALIZE", "TRAIT OR LIST");
    private static final int WIDEST = 40;

    private SyncTable() {}

    static String of(Settings settings) {
        StringBuilder text = new StringBuilder("The configuration is valid: "
                + count(settings.syncs().size(), "sync") + ", "
                + count(settings.sources().size(), "source") + ", "
                + count(settings.targets().size(), "target") + ".");
        if (settings.syncs().isEmpty()) {
            return text.toString();
        }
        List<List<String>> rows = new ArrayList<>(List.of(HEADINGS));
        settings.syncs().values().forEach(sync -> rows.addAll(rows(sync)));
        List<Integer> widths = IntStream.range(0, HEADINGS.size())
                .mapToObj(column -> rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(0))
                .toList();
        text.append(System.lineSeparator());
        for (List<String> row : rows) {
            String line = IntStream.range(0, row.size())
                    .mapToObj(column -> String.format("%-" + widths.get(column) + "s", row.get(column)))
                    .collect(Collectors.joining("  "));
            text.append(System.lineSeparator()).append(line.stripTrailing());
        }
        return text.toString();
    }

    private static List<List<String>> rows(SyncSettings sync) {
        List<List<String>> rows = new ArrayList<>();
        for (LinkSettings link : sync.links()) {
            // What belongs to the sync is said once.
            boolean first = rows.isEmpty();
            rows.add(List.of(
                    first ? off(sync.name(), sync.enabled()) : "",
                    first ? off(sync.source().name(), sync.source().enabled()) : "",
                    first ? shortened(sync.cohort()) : "",
                    first ? ScheduleWords.of(sync.schedule()) : "",
                    off(link.target().name(), link.inUse()),
                    link.memberKey().words(),
                    link.normalize().name().toLowerCase(Locale.ROOT),
                    link.trait()
                            .or(() -> link.list()
                                    .map(list -> list.id().map(id -> "id " + id).orElse(list.name())))
                            .map(SyncTable::shortened)
                            .orElse("-")));
        }
        return rows;
    }

    private static String off(String name, boolean enabled) {
        return enabled ? name : name + " (off)";
    }

    private static String shortened(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= WIDEST ? line : line.substring(0, WIDEST - 1) + "…";
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
