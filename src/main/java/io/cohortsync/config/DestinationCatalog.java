package io.cohortsync.config;

import io.cohortsync.config.Destination.Parameter;
import io.cohortsync.route.RouteFile;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * The kinds of target there are: one for each route template {@code destination-<type>}.
 *
 * @param destinations by type
 * @param problems route files that cannot be understood; told together with the configuration's own
 */
public record DestinationCatalog(SortedMap<String, Destination> destinations, List<Problem> problems) {

    private static final String PREFIX = "destination-";
    private static final List<String> BESIDE = List.of("check-", "read-back-");
    private static final String FOLDER = "destinations/";

    /** A word in double braces; with a dot or a colon in it, it is a property, a function or has a default. */
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{[?!]?([A-Za-z][\\w-]*)}}");

    private static final Map<?, String> KINDS = Map.of("routeTemplate", "route template");

    /** Reads the templates out of route files. */
    public static DestinationCatalog of(Collection<RouteFile> files) {
        SortedMap<String, Destination> destinations = new TreeMap<>();
        Map<String, RouteFile> definedIn = new HashMap<>();
        Problems problems = new Problems();
        List<RouteFile> packagedFirst = files.stream()
                .sorted(Comparator.comparing(file -> !file.packaged()))
                .toList();
        for (RouteFile file : packagedFirst) {
            List<Map<?, ?>> entries = entries(file, problems);
            namedAsIntended(file, entries, problems);
            entries.forEach(entry -> entry.forEach((kind, definition) -> {
                String id =
                        definition instanceof Map<?, ?> map ? text(map, "id").orElse("") : "";
                Optional<RouteFile> other = id.isEmpty()
                        ? Optional.empty()
                        : Optional.ofNullable(definedIn.putIfAbsent(kind + " " + id, file));
                // Camel would keep one of them and say nothing.
                other.ifPresent(first -> problems.add(
                        file.origin(),
                        KINDS.getOrDefault(kind, String.valueOf(kind)) + " \"" + id
                                + "\" is already defined in " + first.origin()
                                + ": give one of them another id"));
                if (other.isEmpty() && "routeTemplate".equals(kind) && definition instanceof Map<?, ?> template) {
                    read(template, file).ifPresent(destination -> {
                        destinations.put(destination.type(), destination);
                        placeholders(template, destination, file, problems);
                    });
                }
            }));
        }
        return new DestinationCatalog(destinations, problems.list());
    }

    /** The destination of this type. */
    public Optional<Destination> find(String type) {
        return Optional.ofNullable(destinations.get(type));
    }

    private static List<Map<?, ?>> entries(RouteFile file, Problems problems) {
        try {
            Object root = new Yaml(new SafeConstructor(new LoaderOptions())).load(file.text());
            return list(root).stream()
                    .filter(Map.class::isInstance)
                    .<Map<?, ?>>map(entry -> (Map<?, ?>) entry)
                    .toList();
        } catch (MarkedYAMLException e) {
            problems.add(file.origin(), "is not valid YAML: " + YamlMistake.words(e));
            return List.of();
        }
    }

    /** A misspelt id would make a template that nobody uses, and say nothing. */
    private static void namedAsIntended(RouteFile file, List<Map<?, ?>> entries, Problems problems) {
        List<String> ids = entries.stream()
                .map(entry -> entry.get("routeTemplate"))
                .filter(Map.class::isInstance)
                .flatMap(template -> text((Map<?, ?>) template, "id").stream())
                .toList();
        boolean intended = ids.stream()
                .anyMatch(id -> id.startsWith(PREFIX) || BESIDE.stream().anyMatch(id::startsWith));
        if (!file.packaged() && file.path().startsWith(FOLDER) && !ids.isEmpty() && !intended) {
            problems.add(
                    file.origin(),
                    "adds no destination: found the route template " + Spelling.list(ids)
                            + ". Accepted: an id that begins with \"" + PREFIX + "\", such as \"" + PREFIX + ids.get(0)
                            + "\", which makes \"type: " + ids.get(0) + "\" valid");
        }
    }

    /** Camel would find it while making the route, and name neither the file nor what is declared. */
    private static void placeholders(Map<?, ?> template, Destination destination, RouteFile file, Problems problems) {
        Set<String> known = destination.placeholders();
        PLACEHOLDER
                .matcher(String.valueOf(template.get("from")))
                .results()
                .map(found -> found.group(1))
                .filter(name -> !known.contains(name))
                .distinct()
                .forEach(name -> problems.add(
                        file.origin(),
                        "route template \"" + PREFIX + destination.type() + "\" uses {{" + name
                                + "}}, which is none of its parameters" + Spelling.hint(name, known) + " Accepted: "
                                + Spelling.list(known)));
    }

    private static Optional<Destination> read(Map<?, ?> template, RouteFile file) {
        String id = text(template, "id").orElse("");
        if (!id.startsWith(PREFIX)) {
            return Optional.empty();
        }
        SortedMap<String, Parameter> parameters = new TreeMap<>();
        for (Object entry : list(template.get("parameters"))) {
            if (entry instanceof Map<?, ?> parameter) {
                text(parameter, "name").ifPresent(name -> parameters.put(name, parameter(name, parameter)));
            }
        }
        return Optional.of(new Destination(
                id.substring(PREFIX.length()),
                parameters,
                Optional.of(file.origin()).filter(origin -> !file.packaged())));
    }

    private static Parameter parameter(String name, Map<?, ?> declared) {
        String description = text(declared, "description").orElse("");
        Optional<String> defaultValue = text(declared, "defaultValue");
        boolean required = defaultValue.isEmpty()
                && text(declared, "required").map(Boolean::parseBoolean).orElse(true);
        // Camel's own parameters have no field "format", so the description may say it as well.
        boolean secret = Parameter.namesSecret(name)
                || text(declared, "format").filter("password"::equals).isPresent()
                || description.toLowerCase(Locale.ROOT).contains("format: password");
        return new Parameter(name, description, defaultValue, required, secret);
    }

    private static List<?> list(Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    private static Optional<String> text(Map<?, ?> map, String key) {
        return Optional.ofNullable(map.get(key)).map(String::valueOf);
    }
}
