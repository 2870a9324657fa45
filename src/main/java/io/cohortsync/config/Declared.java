package io.cohortsync.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The sources or targets that are declared, also those with mistakes: a sync that names one is not told that it
 * does not exist.
 *
 * @param types the type of each, blank where it is unknown
 * @param settings those without mistakes
 */
record Declared<T>(Map<String, String> types, Map<String, T> settings) {

    Declared() {
        this(new LinkedHashMap<>(), new LinkedHashMap<>());
    }

    void add(String name, Optional<String> type, Optional<T> read) {
        types.put(name, type.orElse(""));
        read.ifPresent(value -> settings.put(name, value));
    }

    /** The declared name that a value holds; anything else becomes a problem. */
    Optional<String> named(Node node, String what) {
        Optional<String> name = Scalar.of(node).requiredText("name one of the " + what + "s: " + known());
        if (name.isPresent() && !types.containsKey(name.get())) {
            node.problem("there is no " + what + " \"" + name.get() + "\"" + Spelling.hint(name.get(), types.keySet())
                    + " Known: " + known());
            return Optional.empty();
        }
        return name;
    }

    private String known() {
        return Spelling.list(types.keySet());
    }
}
