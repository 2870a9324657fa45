package io.cohortsync.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.util.PlaceholderResolutionException;

/** Reads one value; what cannot be read becomes a problem, and then nothing is returned. */
final class Scalar {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h|d)");

    private final Node node;
    private final boolean secret;

    private Scalar(Node node, boolean secret) {
        this.node = node;
        this.secret = secret;
    }

    static Scalar of(Node node) {
        return new Scalar(node, false);
    }

    /** What is found is never shown. */
    static Scalar secret(Node node) {
        return new Scalar(node, true);
    }

    /** Text such as an id: what YAML would change has to be put in quotes. */
    Optional<String> text() {
        if (node.value().filter(Value::altered).isPresent()) {
            Value value = node.value().orElseThrow();
            node.problem((secret
                            ? "YAML does not read this as text"
                            : "found " + value.written() + ", which YAML reads as " + value.found())
                    + ": put it in quotes");
            return Optional.empty();
        }
        return resolved();
    }

    Optional<String> requiredText(String what) {
        return given(what) ? text() : Optional.empty();
    }

    Optional<Secret> secretText() {
        return text().map(String::strip).map(Secret::new);
    }

    /** A word of our own language: taken as it is written, whatever YAML makes of it. */
    Optional<String> word() {
        return resolved().map(String::strip);
    }

    Optional<String> oneOf(Collection<String> words) {
        Optional<String> word = word();
        if (word.isPresent() && !words.contains(word.get())) {
            node.problem("found \"" + word.get() + "\"" + Spelling.hint(word.get(), words) + " Accepted: "
                    + Spelling.list(words));
            return Optional.empty();
        }
        return word;
    }

    Optional<Boolean> flag() {
        if (node.value().filter(value -> value.found() instanceof Boolean).isPresent()) {
            return node.value().map(value -> (Boolean) value.found());
        }
        return word().flatMap(word -> switch (word.toLowerCase(Locale.ROOT)) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> {
                node.problem("found \"" + word + "\". Accepted: true, false");
                yield Optional.empty();
            }
        });
    }

    Optional<Integer> wholeNumber(int least) {
        return wholeNumber(least, Integer.MAX_VALUE);
    }

    Optional<Integer> wholeNumber(int least, int most) {
        return word().flatMap(word -> {
            Optional<Integer> number = number(word, least).filter(found -> found <= most);
            if (number.isEmpty()) {
                node.problem("found \"" + word + "\". Accepted: a whole number"
                        + (most == Integer.MAX_VALUE ? ", " + least + " or more" : " from " + least + " to " + most));
            }
            return number;
        });
    }

    Optional<Duration> duration() {
        return word().flatMap(word -> {
            Optional<Duration> duration = duration(word);
            if (duration.isEmpty()) {
                node.problem("found \"" + word + "\". Accepted: a duration such as \"30s\", \"15m\", \"2h\" or \"1d\"");
            }
            return duration;
        });
    }

    static Optional<Integer> number(String word, int least) {
        return word.matches("\\d{1,18}") && new BigDecimal(word).compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) <= 0
                ? Optional.of(Integer.valueOf(word)).filter(number -> number >= least)
                : Optional.empty();
    }

    static Optional<Duration> duration(String word) {
        Matcher matcher = DURATION.matcher(word);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long amount = Long.parseLong(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(amount);
                    case "s" -> Duration.ofSeconds(amount);
                    case "m" -> Duration.ofMinutes(amount);
                    case "h" -> Duration.ofHours(amount);
                    default -> Duration.ofDays(amount);
                });
    }

    /** Whether anything is given; if not, it is told that {@code what} is missing. */
    boolean given(String what) {
        if (!node.given()) {
            node.problem("is missing: " + what);
        }
        return node.given();
    }

    private Optional<String> resolved() {
        if (!node.given()) {
            return Optional.empty();
        }
        if (node.isList() || node.isSection()) {
            node.problem("is a " + (node.isList() ? "list" : "section") + ", but text is expected"
                    + (node.children().values().stream().allMatch(Node::isBlank)
                            ? ": text that begins with { has to be put in quotes"
                            : ""));
            return Optional.empty();
        }
        Optional<String> text = resolve(node.value().orElseThrow().written());
        if (text.filter(String::isBlank).isPresent()) {
            node.problem("is blank: give it a value, or leave the key out where it is optional");
            return Optional.empty();
        }
        return text;
    }

    private Optional<String> resolve(String written) {
        try {
            String text = node.tree().environment().resolveRequiredPlaceholders(written);
            if (!text.contains("${")) {
                return Optional.of(text);
            }
            node.problem("still holds ${…}, which is never sent: close it, or take it out");
        } catch (PlaceholderResolutionException e) {
            node.problem("variable " + e.getPlaceholder() + " is not set");
        } catch (IllegalArgumentException e) {
            node.problem("holds a ${…} that cannot be resolved");
        }
        return Optional.empty();
    }
}
