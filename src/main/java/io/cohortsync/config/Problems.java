package io.cohortsync.config;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects mistakes, so that all of them are told at once. */
final class Problems {

    // A set, since what belongs to a sync with several cohorts is read once for each of them.
    private final Set<Problem> found = new LinkedHashSet<>();

    void add(String where, String message) {
        found.add(new Problem(where, message));
    }

    void addAll(Collection<Problem> problems) {
        found.addAll(problems);
    }

    List<Problem> list() {
        return List.copyOf(found);
    }

    /** The numbered list that is printed at a refused start. */
    static String render(List<Problem> problems) {
        StringBuilder text = new StringBuilder("The configuration has ")
                .append(problems.size() == 1 ? "one problem:" : problems.size() + " problems:")
                .append(System.lineSeparator());
        for (int i = 0; i < problems.size(); i++) {
            text.append(System.lineSeparator())
                    .append(String.format("%3d. ", i + 1))
                    .append(problems.get(i).where())
                    .append(System.lineSeparator())
                    .append("     ")
                    .append(problems.get(i).message());
        }
        return text.toString();
    }
}
