package io.cohortsync.config;

import io.cohortsync.config.Destination.Parameter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads the section {@code targets}: what a target may hold is what its route template declares. */
final class TargetsReader {

    private static final String STATUSES = "\\s*\\d{3}\\s*(-\\s*\\d{3}\\s*)?(,\\s*\\d{3}\\s*(-\\s*\\d{3}\\s*)?)*";

    private static final String HEADER_NAME = "[A-Za-z0-9_-]+";

    /** What a call needs to be as it is. */
    private static final List<String> OURS =
            List.of("content-encoding", "content-length", "content-type", "host", "transfer-encoding");

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
        Set<String> types = catalog.destinations().keySet();
        String known = Spelling.list(catalog.destinations().values().stream()
                .map(Destination::described)
                .toList());
        if (!type.given("it is one of " + known)) {
            return Optional.empty();
        }
        Optional<String> word = type.word();
        word.filter(found -> !types.contains(found))
                .ifPresent(found -> node.child("type")
                        .problem("found \"" + found + "\"" + Spelling.hint(found, types) + " Accepted: " + known));
        return word.flatMap(catalog::find);
    }

    private static TargetSettings target(String name, Destination destination, Node node) {
        node.acceptOnly(destination.keys());
        SortedMap<String, String> options = new TreeMap<>();
        Map<String, Secret> secrets = new TreeMap<>();
        for (Parameter parameter : destination.handedOn()) {
            if (parameter.name().equals(Destination.HEADERS)) {
                secrets.putAll(headers(node.child(Destination.HEADERS)));
                continue;
            }
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
        destination
                .handedOn()
                .forEach(parameter -> parameter
                        .needs()
                        .filter(needs -> !secrets.containsKey(needs.option()) && !options.containsKey(needs.option()))
                        .ifPresent(needs -> without(needs, node, parameter.name(), options)));
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
                mixed(node, destination),
                rate(node, destination));
    }

    private static Optional<String> option(Node node, Parameter parameter) {
        Node given = node.child(parameter.name());
        if (!given.given() && !parameter.required()) {
            return parameter.defaultValue();
        }
        if (given.given() && parameter.name().equals(Destination.URL)) {
            return Address.read(given, true);
        }
        if (!parameter.choices().isEmpty()) {
            return Scalar.of(given).oneOf(parameter.choices()).or(parameter::defaultValue);
        }
        Scalar scalar = parameter.secret() ? Scalar.secret(given) : Scalar.of(given);
        String described = parameter.description().replace(" (format: password)", "");
        String what = described.isBlank() ? "it is required" : described;
        return scalar.requiredText(what).map(String::strip);
    }

    /** Named {@code headers.<name>}. */
    private static Map<String, Secret> headers(Node node) {
        Map<String, Secret> headers = new TreeMap<>();
        if (!node.given() || !node.readableAsSection()) {
            return headers;
        }
        node.children().forEach((name, header) -> {
            if (!name.matches(HEADER_NAME) || OURS.contains(name.toLowerCase(Locale.ROOT))) {
                header.problem("is no header of your own. Accepted: letters, digits, - and _, and none of "
                        + Spelling.list(OURS));
            }
            Scalar.secret(header).requiredText("the header's value").ifPresent(value -> {
                headers.put(Destination.HEADERS + "." + name, new Secret(value.strip()));
            });
        });
        return headers;
    }

    /** An option is not given that another one needs. */
    private static void without(Destination.Needs needs, Node node, String name, SortedMap<String, String> options) {
        Node given = node.child(name);
        boolean mistake = given.given() && !needs.otherwise().equals(options.get(name));
        // If it is given and wrong, that is told already.
        if (mistake && !node.child(needs.option()).given()) {
            given.problem(
                    "needs \"" + needs.option() + "\": without it only \"" + needs.otherwise() + "\" is accepted");
        }
        options.put(name, needs.otherwise());
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

    /** Unlike the other numbers it has none where nobody names one. */
    private static OptionalInt rate(Node node, Destination destination) {
        if (!destination.parameters().containsKey(Destination.RATE)) {
            return OptionalInt.empty();
        }
        int most = destination.maximumOf(Destination.RATE).orElse(Integer.MAX_VALUE);
        return Scalar.of(node.child(Destination.RATE))
                .wholeNumber(1, most)
                .or(() -> destination.defaultOf(Destination.RATE).flatMap(text -> Scalar.number(text, 1)))
                .stream()
                .mapToInt(Integer::intValue)
                .findFirst();
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
