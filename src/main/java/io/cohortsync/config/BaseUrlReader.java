package io.cohortsync.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Finds the address of an HTTP target: {@code base-url}, or that of its {@code region}. */
final class BaseUrlReader {

    private BaseUrlReader() {}

    /** The options {@code base-url} and {@code region}, as far as they are given and right. */
    static Map<String, String> read(Node target, Destination destination) {
        SortedMap<String, String> regions = destination.regions();
        Node url = target.child(Destination.BASE_URL);
        Node region = target.child(Destination.REGION);
        Map<String, String> options = new TreeMap<>();
        if (!url.given() && !region.given()) {
            missing(url, region, destination);
        }
        if (!regions.isEmpty()) {
            Scalar.of(region).oneOf(regions.keySet()).ifPresent(name -> {
                options.put(Destination.REGION, name);
                options.put(Destination.BASE_URL, stripped(regions.get(name)));
            });
        }
        Scalar.secret(url).text().flatMap(text -> address(url, text.strip())).ifPresent(address -> {
            options.put(Destination.BASE_URL, address);
        });
        destination.defaultOf(Destination.BASE_URL).ifPresent(address -> {
            options.putIfAbsent(Destination.BASE_URL, stripped(address));
        });
        return options;
    }

    private static void missing(Node url, Node region, Destination destination) {
        if (!destination.regions().isEmpty()) {
            region.problem("is missing: it is one of "
                    + Spelling.list(destination.regions().keySet()) + ", unless \""
                    + Destination.BASE_URL + "\" is given");
        } else if (destination.defaultOf(Destination.BASE_URL).isEmpty()) {
            url.problem("is missing: the address to send to, such as \"https://api.example.com\"");
        }
    }

    /** What is found is not shown: an address may hold a password. */
    private static Optional<String> address(Node node, String text) {
        Optional<String> mistake = mistake(text);
        mistake.ifPresent(words -> node.problem(
                words + ". Accepted: an absolute http or https address such as \"https://api.example.com/prefix\""));
        return mistake.isPresent() ? Optional.empty() : Optional.of(stripped(text));
    }

    private static Optional<String> mistake(String text) {
        try {
            URI uri = new URI(text);
            if (!"http".equalsIgnoreCase(uri.getScheme()) && !"https".equalsIgnoreCase(uri.getScheme())) {
                return Optional.of("does not begin with http:// or https://");
            }
            if (uri.getRawUserInfo() != null) {
                return Optional.of("holds a user or password, which do not belong in an address");
            }
            if (uri.getHost() == null) {
                return Optional.of("names no host");
            }
            if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
                return Optional.of("has a query or a fragment");
            }
            return Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.of("is no address");
        }
    }

    private static String stripped(String url) {
        return url.replaceFirst("/+$", "");
    }
}
