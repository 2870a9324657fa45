package io.cohortsync.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kind of target: what the parameters of its route template {@code destination-<type>} say of it.
 *
 * @param type as in the YAML
 * @param parameters all that the template declares, by name
 * @param own the file it is defined in, where that is the user's own
 */
public record Destination(String type, SortedMap<String, Parameter> parameters, Optional<String> own) {

    static final String BASE_URL = "base-url";
    static final String REGION = "region";
    static final String BATCH_SIZE = "batch-size";
    static final String IN_FLIGHT = "in-flight";
    static final String MIXED = "mixed";
    static final String RATE = "rate";

    /** A parameter of this name is the whole address that is called. */
    static final String URL = "url";

    /** A parameter of this name is a section of HTTP headers; each is handed on as a secret of its own. */
    public static final String HEADERS = "headers";

    private static final String ONE_OF_SEVERAL = "-" + BASE_URL;

    /** {@code base-url-us}, and {@code track-base-url-us} where a vendor's APIs lie on several hosts. */
    private static final Pattern REGIONAL = Pattern.compile("((?:.+-)?" + BASE_URL + ")-([a-z]+)");

    private static final Pattern CHOICES = Pattern.compile("(?i)one of: ([\\w-]+(?:, [\\w-]+)*)");
    private static final Pattern NEEDS = Pattern.compile("needs ([a-z][\\w-]*), else ([\\w-]+)");
    private static final String GIVEN_BY_US = "target";
    private static final Pattern MAXIMUM = Pattern.compile("maximum: (\\d{1,9})");
    private static final Set<String> STEERING = Set.of(BATCH_SIZE, IN_FLIGHT, MIXED, RATE);
    private static final Set<String> SECRET_WORDS = Set.of("key", "secret", "password", "token");

    /** Another option that an option needs to be anything but this. */
    record Needs(String option, String otherwise) {}

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

        /** What it may be, if its description says so, such as {@code one of: daily, off}; empty: any text. */
        List<String> choices() {
            Matcher choices = CHOICES.matcher(description);
            return choices.find() ? List.of(choices.group(1).split(", ")) : List.of();
        }

        /** What it needs, if its description says so, such as {@code needs app-api-key, else off}. */
        Optional<Needs> needs() {
            return NEEDS.matcher(description)
                    .results()
                    .map(found -> new Needs(found.group(1), found.group(2)))
                    .findFirst();
        }

        static boolean namesSecret(String name) {
            String lower = name.toLowerCase(Locale.ROOT);
            return SECRET_WORDS.stream().anyMatch(lower::contains);
        }
    }

    /** The regions that the vendor has; empty where it has none. */
    public SortedSet<String> regions() {
        SortedSet<String> regions = new TreeSet<>();
        regional((address, region, url) -> regions.add(region));
        return regions;
    }

    /** The vendor's addresses in a region, by the option that names each. */
    SortedMap<String, String> addresses(String wanted) {
        SortedMap<String, String> addresses = new TreeMap<>();
        regional((address, region, url) -> {
            if (region.equals(wanted)) {
                addresses.put(address, url);
            }
        });
        return addresses;
    }

    private interface Regional {
        void is(String address, String region, String url);
    }

    private void regional(Regional visitor) {
        parameters.forEach((name, parameter) -> {
            Matcher regional = REGIONAL.matcher(name);
            if (regional.matches() && parameter.defaultValue().isPresent()) {
                visitor.is(
                        regional.group(1),
                        regional.group(2),
                        parameter.defaultValue().get());
            }
        });
    }

    /** The options that name one host of a vendor that has several, such as {@code track-base-url}. */
    List<String> oneOfSeveral() {
        return parameters.keySet().stream()
                .filter(name -> name.endsWith(ONE_OF_SEVERAL))
                .toList();
    }

    /** The parameters a user may set that are simply handed on to the template. */
    List<Parameter> handedOn() {
        return parameters.values().stream()
                .filter(parameter -> !REGIONAL.matcher(parameter.name()).matches())
                .filter(parameter -> !parameter.name().endsWith(ONE_OF_SEVERAL))
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

    /** The type, and where it is defined, where that is the user's own file. */
    String described() {
        return type + own.map(file -> " (" + file + ")").orElse("");
    }

    /** What the template may name in double braces: what it declares, and what every route of a target is given. */
    SortedSet<String> placeholders() {
        SortedSet<String> all = new TreeSet<>(parameters.keySet());
        all.addAll(Set.of(GIVEN_BY_US, BATCH_SIZE, IN_FLIGHT, MIXED));
        return all;
    }

    /** Every key a target of this type may hold. */
    SortedSet<String> keys() {
        SortedSet<String> keys = new TreeSet<>(Keys.TARGET);
        handedOn().forEach(parameter -> keys.add(parameter.name()));
        STEERING.stream().filter(parameters::containsKey).forEach(keys::add);
        if (http()) {
            keys.add(BASE_URL);
            keys.addAll(oneOfSeveral());
        }
        if (!regions().isEmpty()) {
            keys.add(REGION);
        }
        return keys;
    }
}
