package io.cohortsync.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Collectors;

/** Guesses what a misspelt word was meant to be. */
final class Spelling {

    private Spelling() {}

    /** The end of a sentence that told a word: {@code ; did you mean "x"?}, or a full stop if nothing is near. */
    static String hint(String word, Collection<String> candidates) {
        return nearest(word, candidates)
                .map(near -> "; did you mean \"" + near + "\"?")
                .orElse(".");
    }

    /** The candidates as a list to read. */
    static String list(Collection<String> candidates) {
        return candidates.isEmpty() ? "none" : candidates.stream().sorted().collect(Collectors.joining(", "));
    }

    static Optional<String> nearest(String word, Collection<String> candidates) {
        // Nothing is guessed for words as short as "us": any other is near.
        int tolerance = word.length() / 3;
        return candidates.stream()
                .filter(candidate -> distance(word, candidate) <= tolerance)
                .min(Comparator.<String>comparingInt(candidate -> distance(word, candidate))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Levenshtein's distance, with exchanged neighbours as one step. */
    static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                cost[i][j] = Math.min(Math.min(cost[i - 1][j], cost[i][j - 1]) + 1, cost[i - 1][j - 1] + change);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
