package io.cohortsync.config;

import java.util.Map;
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
        Address.read(url, false).ifPresent(address -> options.put(Destination.BASE_URL, stripped(address)));
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

    private static String stripped(String url) {
        return url.replaceFirst("/+$", "");
    }
}
