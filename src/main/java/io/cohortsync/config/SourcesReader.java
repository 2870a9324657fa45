package io.cohortsync.config;

import io.cohortsync.config.SourceSettings.FileSource;
import io.cohortsync.config.SourceSettings.SqlSource;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the section {@code sources}. */
final class SourcesReader {

    private static final Pattern PASSWORD = Pattern.compile("(?i).*password=[^;&]+.*");

    private SourcesReader() {}

    static Declared<SourceSettings> read(Node sources) {
        Declared<SourceSettings> declared = new Declared<>();
        sources.named().forEach((name, node) -> {
            boolean readable = Names.check(name, node) & node.readableAsSection();
            Optional<String> type = readable ? type(node) : Optional.empty();
            declared.add(name, type, type.flatMap(known -> source(name, known, node)));
        });
        return declared;
    }

    private static Optional<String> type(Node node) {
        List<String> known = Keys.SOURCE.keySet().stream().sorted().toList();
        Scalar type = Scalar.of(node.child("type"));
        return type.given("it is one of " + Spelling.list(known)) ? type.oneOf(known) : Optional.empty();
    }

    private static Optional<SourceSettings> source(String name, String type, Node node) {
        node.acceptOnly(Keys.SOURCE.get(type));
        boolean enabled = Scalar.of(node.child("enabled")).flag().orElse(true);
        return type.equals("file") ? file(name, enabled, node) : sql(name, enabled, node);
    }

    private static Optional<SourceSettings> file(String name, boolean enabled, Node node) {
        Node directory = node.child("directory");
        return Scalar.of(directory)
                .requiredText("the folder that holds the cohorts' files")
                .flatMap(text -> path(directory, text))
                .map(path -> new FileSource(name, enabled, path));
    }

    private static Optional<Path> path(Node node, String text) {
        try {
            return Optional.of(Path.of(text.strip()));
        } catch (InvalidPathException e) {
            node.problem("found \"" + text + "\", which is no path: " + e.getReason());
            return Optional.empty();
        }
    }

    private static Optional<SourceSettings> sql(String name, boolean enabled, Node node) {
        Node url = node.child("url");
        Optional<String> address = Scalar.secret(url)
                .requiredText("a JDBC URL such as \"jdbc:postgresql://host/database\"")
                .map(String::strip)
                .filter(text -> accepted(url, text));
        Node user = node.child("username");
        Node password = node.child("password");
        Optional<String> username = Scalar.of(user).text().map(String::strip);
        Optional<Secret> secret = Scalar.secret(password).secretText();
        if (user.given() && username.isEmpty() || password.given() && secret.isEmpty()) {
            return Optional.empty();
        }
        return address.map(
                text -> new SqlSource(name, enabled, text, username.orElse(""), secret.orElse(new Secret(""))));
    }

    /** The URL is not shown: it may hold a password. */
    private static boolean accepted(Node url, String text) {
        if (!text.startsWith("jdbc:")) {
            url.problem(
                    "does not begin with \"jdbc:\". Accepted: a JDBC URL such as \"jdbc:postgresql://host/database\"");
            return false;
        }
        if (PASSWORD.matcher(text).matches()) {
            url.problem("holds a password: put it under \"password\", where it is kept out of logs");
            return false;
        }
        return true;
    }
}
