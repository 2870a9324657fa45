package io.cohortsync.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Lays Spring's property sources over each other into one tree with the keys as they were written. Spring's own
 * binder would drop the characters it does not allow in a key, and with them the chance to refuse a name.
 */
final class ConfigTree {

    private static final Pattern STEP = Pattern.compile("\\[[^\\]]*]|[^.\\[]+");
    private static final Pattern PREFIX_MISWRITTEN = Pattern.compile("(?i)cohort_?sync[.\\[].*");

    /** So many letters amiss, and it was meant all the same. */
    private static final int NEARLY = 2;

    private final Set<String> misspelt = new HashSet<>();
    private final ConfigurableEnvironment environment;
    private final Problems problems;
    private final List<Variables> variables = new ArrayList<>();

    /** A source of environment variables: it is asked key by key, since a variable's name tells no path. */
    private record Variables(ConfigurationPropertySource source, int rank) {}

    private ConfigTree(ConfigurableEnvironment environment, Problems problems) {
        this.environment = environment;
        this.problems = problems;
    }

    /** The section {@code cohort-sync}. */
    static Node read(ConfigurableEnvironment environment, Problems problems) {
        return new ConfigTree(environment, problems).root();
    }

    private Node root() {
        Node root = new Node(this, Keys.PREFIX, Optional.empty());
        int rank = 0;
        for (PropertySource<?> source : environment.getPropertySources()) {
            if (source instanceof SystemEnvironmentPropertySource) {
                variables.add(new Variables(ConfigurationPropertySource.from(source), rank));
            } else if (source instanceof EnumerablePropertySource<?> enumerable) {
                for (String name : enumerable.getPropertyNames()) {
                    add(root, enumerable, name, rank);
                }
            }
            rank++;
        }
        return root;
    }

    private void add(Node root, EnumerablePropertySource<?> source, String name, int rank) {
        if (PREFIX_MISWRITTEN.matcher(name).matches()) {
            problems.add(name, "nothing is read here; write \"" + Keys.PREFIX + "\", with a dash");
            return;
        }
        if (!name.startsWith(Keys.PREFIX + ".") && !name.startsWith(Keys.PREFIX + "[")) {
            String section = name.split("[.\\[]", 2)[0];
            if (Spelling.distance(section, Keys.PREFIX) <= NEARLY && misspelt.add(section)) {
                problems.add(section, "nothing is read here; did you mean \"" + Keys.PREFIX + "\"?");
            }
            return;
        }
        Object found = source.getProperty(name);
        Optional<Value> value = Optional.ofNullable(found)
                .map(given -> new Value(given, rank, Optional.ofNullable(OriginLookup.getOrigin(source, name))));
        value.ifPresent(given -> root.insert(steps(name.substring(Keys.PREFIX.length())), given));
    }

    private static List<String> steps(String path) {
        List<String> steps = new ArrayList<>();
        Matcher matcher = STEP.matcher(path);
        while (matcher.find()) {
            steps.add(matcher.group());
        }
        return steps;
    }

    /** What an environment variable says about a key. */
    Optional<Value> variable(String path) {
        if (!ConfigurationPropertyName.isValid(path)) {
            return Optional.empty();
        }
        ConfigurationPropertyName name = ConfigurationPropertyName.of(path);
        for (Variables each : variables) {
            ConfigurationProperty property = each.source().getConfigurationProperty(name);
            if (property != null && property.getValue() != null) {
                return Optional.of(
                        new Value(property.getValue(), each.rank(), Optional.ofNullable(property.getOrigin())));
            }
        }
        return Optional.empty();
    }

    ConfigurableEnvironment environment() {
        return environment;
    }

    Problems problems() {
        return problems;
    }
}
