package io.cohortsync.config;

import java.util.regex.Pattern;

/** The names that a user gives to sources, targets and syncs. */
final class Names {

    private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

    private Names() {}

    /** Tells a key that, as it is written, is no name; false where there is not even a text to take for one. */
    static boolean check(String key, Node node) {
        if (key.startsWith("[")) {
            // Spring hands on a list's entries and keys that YAML takes for a number or a boolean in brackets.
            node.problem("needs a name that is text: a list has none, and a number or yes/no has to be put in quotes");
            return false;
        }
        if (!NAME.matcher(key).matches()) {
            node.problem("\"" + key + "\" is no valid name. Accepted: lower-case letters a-z and digits, in words"
                    + " joined by single dashes, such as \"power-users\"");
        }
        return true;
    }
}
