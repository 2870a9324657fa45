package io.cohortsync.config;

import io.cohortsync.config.SourceSettings.AmplitudeSource;
import io.cohortsync.config.SourceSettings.Api;
import io.cohortsync.config.SourceSettings.FileSource;
import io.cohortsync.config.SourceSettings.MixpanelSource;
import io.cohortsync.config.SourceSettings.SegmentSource;
import io.cohortsync.config.SourceSettings.Sender;
import io.cohortsync.config.SourceSettings.SqlSource;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the section {@code sources}. */
final class SourcesReader {

    private static final Pattern PASSWORD = Pattern.compile("(?i).*password=[^;&]+.*");

    /** Contracts, section 3.1. */
    private static final Map<String, String> AMPLITUDE =
            Map.of("us", "https://amplitude.com", "eu", "https://analytics.eu.amplitude.com");

    /** Contracts, section 6.1. */
    private static final Map<String, String> MIXPANEL =
            Map.of("us", "https://mixpanel.com", "eu", "https://eu.mixpanel.com", "in", "https://in.mixpanel.com");

    private static final Duration SHORTEST_POLL_INTERVAL = Duration.ofMillis(100);

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
        return switch (type) {
            case "file" -> file(name, enabled, node);
            case "sql" -> sql(name, enabled, node);
            case "amplitude" -> amplitude(name, enabled, node);
            case "mixpanel" -> mixpanel(name, enabled, node);
            default -> segment(name, enabled, node);
        };
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
        if (DriverManager.drivers().noneMatch(driver -> takes(driver, text))) {
            url.problem("begins with \"" + text.replaceFirst("^(jdbc:[^:]*:?).*", "$1")
                    + "\", and no JDBC driver here takes that: put the database's driver (a jar) into the folder lib"
                    + " of the working directory");
            return false;
        }
        return true;
    }

    private static boolean takes(Driver driver, String url) {
        try {
            return driver.acceptsURL(url);
        } catch (SQLException e) {
            return false;
        }
    }

    private static Optional<SourceSettings> amplitude(String name, boolean enabled, Node node) {
        Sender sender = sender(node);
        Optional<Api> api = api(node, "api-key", "secret-key", AMPLITUDE, sender);
        int downloads =
                Scalar.of(node.child("monthly-downloads")).wholeNumber(1).orElse(AmplitudeSource.DOWNLOADS_A_MONTH);
        Node interval = node.child("poll-interval");
        Duration every = Scalar.of(interval).duration().orElse(AmplitudeSource.POLL_INTERVAL);
        if (every.compareTo(SHORTEST_POLL_INTERVAL) < 0) {
            interval.problem("found \"" + every.toMillis() + "ms\", which is too short. Accepted: \"100ms\" or more");
        }
        return Optional.of(new AmplitudeSource(name, enabled, api, downloads, every, given(sender)));
    }

    private static Optional<SourceSettings> mixpanel(String name, boolean enabled, Node node) {
        Sender sender = sender(node);
        Optional<Api> api = api(node, "username", "secret", MIXPANEL, sender);
        Node projectId = node.child("project-id");
        Optional<String> project = Scalar.of(projectId).text().map(String::strip);
        if (api.isPresent() && !projectId.given()) {
            projectId.problem("is missing: the number of the project, which a service account needs");
        }
        return Optional.of(new MixpanelSource(name, enabled, api, project, given(sender)));
    }

    private static Optional<SourceSettings> segment(String name, boolean enabled, Node node) {
        boolean wholeBody = Scalar.of(node.child("signature"))
                .oneOf(List.of("any", "whole-body"))
                .filter("whole-body"::equals)
                .isPresent();
        return Scalar.secret(node.child("shared-secret"))
                .requiredText("the secret that Segment signs with: without it anybody could change who is in a cohort")
                .map(String::strip)
                .map(secret -> new SegmentSource(name, enabled, new Secret(secret), wholeBody));
    }

    /** Credentials to call a vendor's API, if there are any; without, it must be one that pushes. */
    private static Optional<Api> api(
            Node node, String userKey, String passwordKey, Map<String, String> regions, Sender sender) {
        Node user = node.child(userKey);
        Node password = node.child(passwordKey);
        Node region = node.child(Destination.REGION);
        Node baseUrl = node.child(Destination.BASE_URL);
        if (!user.given() && !password.given() && given(sender).isPresent()) {
            return Optional.empty();
        }
        Optional<String> userText = Scalar.secret(user)
                .requiredText("a credential of the API, or give a webhook's credentials where the cohorts are pushed");
        Optional<String> passwordText = Scalar.secret(password).requiredText("a credential of the API");
        List<String> known = regions.keySet().stream().sorted().toList();
        if (!region.given() && !baseUrl.given()) {
            region.problem("is missing: it is one of " + Spelling.list(known) + ", unless \"" + Destination.BASE_URL
                    + "\" is given");
        }
        Optional<String> address = Scalar.of(region).oneOf(known).map(regions::get);
        Optional<String> base =
                baseUrl.given() ? Address.read(baseUrl, false).map(text -> text.replaceFirst("/+$", "")) : address;
        return base.flatMap(url -> userText.flatMap(
                name -> passwordText.map(word -> new Api(url, new Secret(name.strip()), new Secret(word.strip())))));
    }

    private static Sender sender(Node node) {
        Node user = node.child("webhook-username");
        Node password = node.child("webhook-password");
        Node token = node.child("webhook-token");
        if (user.given() != password.given()) {
            (user.given() ? password : user).problem("is missing: a webhook's user and password belong together");
        }
        if (token.given() && user.given()) {
            token.problem("give either a token, or a user and a password");
        }
        return new Sender(
                Scalar.of(user).text().map(String::strip),
                Scalar.secret(password).secretText(),
                Scalar.secret(token).secretText());
    }

    private static Optional<Sender> given(Sender sender) {
        return Optional.of(sender)
                .filter(known -> known.user().isPresent() || known.token().isPresent());
    }
}
