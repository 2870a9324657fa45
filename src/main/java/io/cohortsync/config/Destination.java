package io.cohortsync.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A kind of target: what the parameters of its route template {@code destination-<type>} say of it.
 *
 * @param type as in the YAML
 * @param parameters all that the template declares, by name
 */
public record Destination(String type, SortedMap<String, Parameter> parameters) {

    static final String BASE_URL = "base-url";
    static final String REGION = "region";
    static final String BATCH_SIZE = "batch-size";
    static final String IN_FLIGHT = "in-flight";
    static final String MIXED = "mixed";

    private static final String REGION_PREFIX = BASE_URL + "-";
    private static final String GIVEN_BY_US = "target";
    private static final Pattern MAXIMUM = Pattern.compile("maximum: (\\d{1,9})");
    private static final Set<String> STEERING = Set.of(BATCH_SIZE, IN_FLIGHT, MIXED);
    private static final Set<String> SECRET_WORDS = Set.of("key", "secret", "password", "token");

    /**
     * A parameter that the template declares.
     *
     * @param required there is no default and it may not be left out
     * @param secret its value is never shown
     */
    public record Parameter(
            String name, String description, Optional<String> defaultValue, boolean required, boolean secret) {

        /** The largest number it may be; like {@code format: password}, its description says so: {@code maximum: 1000}. */
        Optional<Integer> maximum() {
            return MAXIMUM.matcher(description)
                    .results()
                    .map(found -> Integer.valueOf(found.group(1)))
                    .findFirst();
        }

        static boolean namesSecret(String name) {
            String lower = name.toLowerCase(Locale.ROOT);
            return SECRET_WORDS.stream().anyMatch(lower::contains);
        }
    }

    /** The vendor's address in each of its regions; empty where it has none. */
    public SortedMap<String, String> regions() {
        SortedMap<String, String> regions = new TreeMap<>();
        parameters.forEach((name, parameter) -> {
            if (name.startsWith(REGION_PREFIX)) {
                parameter.defaultValue().ifPresent(url -> regions.put(name.substring(REGION_PREFIX.length()), url));
            }
        });
        return regions;
    }

    /** The parameters a user may set that are simply handed on to the template. */
    List<Parameter> handedOn() {
        return parameters.values().stream()
                .filter(parameter -> !parameter.name().startsWith(REGION_PREFIX))
                .filter(parameter -> !STEERING.contains(parameter.name()))
                .filter(parameter -> !Set.of(GIVEN_BY_US, BASE_URL, REGION).contains(parameter.name()))
                .toList();
    }

    /** Whether the template talks HTTP, as one that declares {@code base-url} does. */
    boolean http() {
        return parameters.containsKey(BASE_URL);
    }

    /** The largest number a parameter may be; empty: any. */
    Optional<Integer> maximumOf(String name) {
        return Optional.ofNullable(parameters.get(name)).flatMap(Parameter::maximum);
    }

    /** The default the template declares for a parameter. */
    Optional<String> defaultOf(String name) {
        return Optional.ofNullable(parameters.get(name)).flatMap(Parameter::defaultValue);
    }

    /** Every key a target of this type may hold. */
    SortedSet<String> keys() {
        SortedSet<String> keys = new TreeSet<>(Keys.TARGET);
        handedOn().forEach(parameter -> keys.add(parameter.name()));
        STEERING.stream().filter(parameters::containsKey).forEach(keys::add);
        if (http()) {
            keys.add(BASE_URL);
        }
        if (!regions().isEmpty()) {
            keys.add(REGION);
        }
        return keys;
    }
}
