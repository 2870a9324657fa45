package io.cohortsync.config;

import java.util.Optional;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** Says what is wrong with a YAML text without showing the line, which may hold a credential. */
final class YamlMistake {

    private YamlMistake() {}

    static String words(MarkedYAMLException mistake) {
        String line = Optional.ofNullable(mistake.getProblemMark())
                .map(mark -> "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1) + ": ")
                .orElse("");
        return line + mistake.getProblem();
    }
}
