package io.cohortsync.config;

import io.cohortsync.config.Destination.Parameter;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads the section {@code targets}: what a target may hold is what its route template declares. */
final class TargetsReader {

    private static final String STATUSES = "\\s*\\d{3}\\s*(-\\s*\\d{3}\\s*)?(,\\s*\\d{3}\\s*(-\\s*\\d{3}\\s*)?)*";

    private static final String READ_BACK = "read-back";
    private static final String DAILY = "daily";
    private static final String APP_KEY = "app-api-key";

    private final DestinationCatalog catalog;

    TargetsReader(DestinationCatalog catalog) {
        this.catalog = catalog;
    }

    Declared<TargetSettings> read(Node targets) {
        Declared<TargetSettings> declared = new Declared<>();
        targets.named().forEach((name, node) -> {
            boolean readable = Names.check(name, node) & node.readableAsSection();
            Optional<Destination> destination = readable ? destination(node) : Optional.empty();
            declared.add(name, destination.map(Destination::type), destination.map(known -> target(name, known, node)));
        });
        return declared;
    }

    private Optional<Destination> destination(Node node) {
        Scalar type = Scalar.of(node.child("type"));
        String known = Spelling.list(catalog.destinations().keySet());
        return type.given("it is one of " + known)
                ? type.oneOf(catalog.destinations().keySet()).flatMap(catalog::find)
                : Optional.empty();
    }

    private static TargetSettings target(String name, Destination destination, Node node) {
        node.acceptOnly(destination.keys());
        SortedMap<String, String> options = new TreeMap<>();
        Map<String, Secret> secrets = new TreeMap<>();
        for (Parameter parameter : destination.handedOn()) {
            option(node, parameter).ifPresent(value -> {
                if (parameter.name().equals("retry-on") && !value.matches(STATUSES)) {
                    node.child("retry-on")
                            .problem("found \"" + value
                                    + "\". Accepted: HTTP statuses and ranges, such as 408,429,500-599");
                }
                if (parameter.secret()) {
                    secrets.put(parameter.name(), new Secret(value));
                } else {
                    options.put(parameter.name(), value);
                }
            });
        }
        if (destination.parameters().containsKey(READ_BACK)) {
            readBack(node, options, secrets);
        }
        if (destination.http()) {
            BaseUrlReader.read(node, destination).forEach(options::put);
        }
        return new TargetSettings(
                name,
                destination.type(),
                Scalar.of(node.child("enabled")).flag().orElse(true),
                options,
                secrets,
                steering(node, destination, Destination.BATCH_SIZE, 1000),
                steering(node, destination, Destination.IN_FLIGHT, 1),
                mixed(node, destination));
    }

    private static Optional<String> option(Node node, Parameter parameter) {
        Node given = node.child(parameter.name());
        if (!given.given() && !parameter.required()) {
            return parameter.defaultValue();
        }
        if (!parameter.choices().isEmpty()) {
            return Scalar.of(given).oneOf(parameter.choices()).or(parameter::defaultValue);
        }
        Scalar scalar = parameter.secret() ? Scalar.secret(given) : Scalar.of(given);
        String what = parameter.description().isBlank() ? "it is required" : parameter.description();
        return scalar.requiredText(what).map(String::strip);
    }

    /** Only who may read can read back (contracts, section 8.1): by default it is done where there is a key for that. */
    private static void readBack(Node node, SortedMap<String, String> options, Map<String, Secret> secrets) {
        boolean mayRead = secrets.containsKey(APP_KEY);
        options.putIfAbsent(READ_BACK, mayRead ? DAILY : "off");
        if (options.get(READ_BACK).equals(DAILY)
                && !mayRead
                && !node.child(APP_KEY).given()) {
            node.child(READ_BACK).problem("needs \"" + APP_KEY + "\", without which nothing can be read");
        }
    }

    private static int steering(Node node, Destination destination, String name, int otherwise) {
        int declared = destination
                .defaultOf(name)
                .flatMap(text -> Scalar.number(text, 1))
                .orElse(otherwise);
        return destination.parameters().containsKey(name)
                ? Scalar.of(node.child(name))
                        .wholeNumber(1, destination.maximumOf(name).orElse(Integer.MAX_VALUE))
                        .orElse(declared)
                : declared;
    }

    private static boolean mixed(Node node, Destination destination) {
        boolean declared = destination
                .defaultOf(Destination.MIXED)
                .map(Boolean::parseBoolean)
                .orElse(false);
        return destination.parameters().containsKey(Destination.MIXED)
                ? Scalar.of(node.child(Destination.MIXED)).flag().orElse(declared)
                : declared;
    }
}
