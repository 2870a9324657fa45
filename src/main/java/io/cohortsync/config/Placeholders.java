package io.cohortsync.config;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code {name}} and {@code {id}} in what a user wrote: the cohort's. */
final class Placeholders {

    private static final Pattern ANY = Pattern.compile("\\{(name|id)}");
    private static final Pattern NAME = Pattern.compile("\\{name}");

    private Placeholders() {}

    /** Fills in what is known, in one pass, so that a name that itself holds {id} stays as it is. */
    static String fill(String text, Optional<String> name, String id) {
        return ANY.matcher(text)
                .replaceAll(match ->
                        Matcher.quoteReplacement(match.group(1).equals("id") ? id : name.orElse(match.group())));
    }

    /** Fills in the name that a source told. */
    static String named(String text, String name) {
        return NAME.matcher(text).replaceAll(Matcher.quoteReplacement(name));
    }
}
