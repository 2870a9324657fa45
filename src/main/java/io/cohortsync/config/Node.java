package io.cohortsync.config;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/** One place in the configuration: a value, a section of named places, a list of numbered ones, or nothing. */
final class Node {

    private static final Pattern INDEX = Pattern.compile("\\[\\d+]");

    private final ConfigTree tree;
    private final String path;
    private final Optional<Value> parentsFirst;
    private final Map<String, Node> children = new LinkedHashMap<>();
    private Optional<Value> value = Optional.empty();

    /** @param parentsFirst the value to point to while this place holds none */
    Node(ConfigTree tree, String path, Optional<Value> parentsFirst) {
        this.tree = tree;
        this.path = path;
        this.parentsFirst = parentsFirst;
    }

    /** Adds a value of a source that stands behind all that were added before. */
    void insert(List<String> steps, Value added) {
        // An empty section reads as an empty value: it hides nothing.
        boolean hidden =
                value.filter(mine -> mine.rank() < added.rank() && !blank(mine)).isPresent();
        if (hidden) {
            return;
        }
        if (steps.isEmpty()) {
            if (rank() > added.rank() || (rank() == added.rank() && value.isEmpty())) {
                value = Optional.of(added);
            }
            return;
        }
        String key = steps.get(0);
        boolean listGivenAbove = isIndex(key)
                && (value.filter(mine -> mine.rank() < added.rank()).isPresent()
                        || children.entrySet().stream()
                                .anyMatch(child -> isIndex(child.getKey())
                                        && child.getValue().rank() < added.rank()));
        // As in Spring, a list replaces the list below it, while sections are merged.
        if (!listGivenAbove) {
            children.computeIfAbsent(key, name -> new Node(tree, pathOf(name), Optional.empty()))
                    .insert(steps.subList(1, steps.size()), added);
        }
    }

    /** The place with this key below this one, perhaps with nothing there. */
    Node child(String key) {
        Node child = children.containsKey(key) ? children.get(key) : new Node(tree, pathOf(key), first());
        Optional<Value> override = tree.variable(child.path).filter(variable -> variable.rank() < child.rank());
        if (override.isEmpty()) {
            return child;
        }
        Node overridden = new Node(tree, child.path, Optional.empty());
        overridden.value = override;
        return overridden;
    }

    /** The named or numbered places below this one, in the order of the file. */
    Map<String, Node> children() {
        Map<String, Node> all = new LinkedHashMap<>();
        children.keySet().forEach(key -> all.put(key, child(key)));
        return all;
    }

    boolean given() {
        return value.isPresent() || !children.isEmpty();
    }

    boolean isList() {
        return !children.isEmpty() && children.keySet().stream().allMatch(Node::isIndex);
    }

    boolean isSection() {
        return !children.isEmpty() && !isList();
    }

    /** Whether it is written with nothing in it. */
    boolean isBlank() {
        return children.isEmpty() && value.filter(Node::blank).isPresent();
    }

    Optional<Value> value() {
        return value;
    }

    String path() {
        return path;
    }

    ConfigTree tree() {
        return tree;
    }

    /** The path of the key and, where it is known, the file and line. */
    String where() {
        return path
                + first().or(() -> parentsFirst)
                        .flatMap(Value::where)
                        .map(place -> " (" + place + ")")
                        .orElse("");
    }

    void problem(String message) {
        tree.problems().add(where(), message);
    }

    /** Refuses every key but these. */
    void acceptOnly(Collection<String> accepted) {
        acceptOnly(accepted, Set.of());
    }

    /** Refuses every key but these; what is wrong with those in {@code answered} has been told. */
    void acceptOnly(Collection<String> accepted, Set<String> answered) {
        children().forEach((key, child) -> {
            if (!accepted.contains(key) && !answered.contains(key)) {
                child.problem(
                        "unknown key" + Spelling.hint(key, accepted) + " Accepted here: " + Spelling.list(accepted));
            }
        });
    }

    /** Whether this can be read as a section; what is given and is none becomes a problem. */
    boolean readableAsSection() {
        if (isSection() || !given() || isBlank()) {
            return true;
        }
        problem("is " + (isList() ? "a list" : "text") + ", but a section of keys is expected");
        return false;
    }

    /** The places with names that the user gave; whether each is a name is not yet checked. */
    Map<String, Node> named() {
        return isList() || readableAsSection() ? children() : Map.of();
    }

    private static boolean isIndex(String key) {
        return INDEX.matcher(key).matches();
    }

    private String pathOf(String key) {
        return key.startsWith("[") ? path + key : path + "." + key;
    }

    private int rank() {
        OptionalInt ofChildren = children.values().stream().mapToInt(Node::rank).min();
        int mine = value.map(Value::rank).orElse(Integer.MAX_VALUE);
        return Math.min(mine, ofChildren.orElse(Integer.MAX_VALUE));
    }

    private Optional<Value> first() {
        return value.or(() -> children.values().stream()
                .map(Node::first)
                .flatMap(Optional::stream)
                .findFirst());
    }

    private static boolean blank(Value value) {
        return value.found().toString().isBlank();
    }
}
