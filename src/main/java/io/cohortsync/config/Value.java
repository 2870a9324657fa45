package io.cohortsync.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.core.io.Resource;

/**
 * What is given for one key, as Spring read it.
 *
 * @param found text, or what YAML made of a scalar that it takes for something else
 * @param rank how far down the order of property sources it stands; the lowest wins
 */
record Value(Object found, int rank, Optional<Origin> origin) {

    // A scalar that is no text holds none of these; an anchor or a tag may stand before it.
    private static final Pattern SCALAR = Pattern.compile("(?:[&!]\\S*\\s+)*([^\\s,\\]}]+)");

    /** The scalar as it stands in the file, whatever YAML makes of it. */
    String written() {
        return isText() ? found.toString() : line().flatMap(this::scalar).orElseGet(found::toString);
    }

    /** Whether reading this as text would change it, as YAML turns {@code 0042} into 34. */
    boolean altered() {
        return !isText() && !written().equals(found.toString());
    }

    private boolean isText() {
        return !(found instanceof Number || found instanceof Boolean);
    }

    private Optional<String> scalar(String line) {
        int column = location().orElseThrow().getColumn();
        if (line.codePointCount(0, line.length()) <= column) {
            return Optional.empty();
        }
        Matcher matcher = SCALAR.matcher(line.substring(line.offsetByCodePoints(0, column)));
        return matcher.lookingAt() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** The line of the file that this begins on. */
    Optional<String> line() {
        if (location().isEmpty()) {
            return Optional.empty();
        }
        try {
            List<String> lines = resource()
                    .getContentAsString(StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            int line = location().get().getLine();
            return line < lines.size() ? Optional.of(lines.get(line)) : Optional.empty();
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /** Where this was given, in words; empty where Spring does not know. */
    Optional<String> where() {
        if (location().isPresent()) {
            return Optional.of(file() + ":" + (location().get().getLine() + 1));
        }
        // Only variables are looked up through Spring's own names, and come with this kind of origin.
        return origin.filter(PropertySourceOrigin.class::isInstance)
                .map(variable -> "environment variable " + ((PropertySourceOrigin) variable).getPropertyName());
    }

    private String file() {
        try {
            Path file = resource().getFile().toPath().toAbsolutePath().normalize();
            Path here = Path.of("").toAbsolutePath();
            return (file.startsWith(here) ? here.relativize(file) : file).toString();
        } catch (IOException packed) {
            return Optional.ofNullable(resource().getFilename()).orElseGet(resource()::getDescription);
        }
    }

    private Resource resource() {
        return ((TextResourceOrigin) origin.orElseThrow()).getResource();
    }

    private Optional<TextResourceOrigin.Location> location() {
        return origin.filter(TextResourceOrigin.class::isInstance)
                .map(text -> ((TextResourceOrigin) text).getLocation());
    }
}
