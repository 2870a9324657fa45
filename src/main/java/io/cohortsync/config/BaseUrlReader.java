package io.cohortsync.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Finds the address of an HTTP target: {@code base-url}, or that of its {@code region}. */
final class BaseUrlReader {

    private BaseUrlReader() {}

    /**
     * The options {@code base-url} and {@code region}, as far as they are given and right, and where a vendor's APIs lie on
     * several hosts the address of each: its own, else {@code base-url}, else the region's.
     */
    static Map<String, String> read(Node target, Destination destination) {
        Node url = target.child(Destination.BASE_URL);
        Node region = target.child(Destination.REGION);
        List<Node> several =
                destination.oneOfSeveral().stream().map(target::child).toList();
        Map<String, String> options = new TreeMap<>();
        if (!url.given()
                && !region.given()
                && (several.isEmpty() || !several.stream().allMatch(Node::given))) {
            missing(url, region, destination);
        }
        if (!destination.regions().isEmpty()) {
            Scalar.of(region).oneOf(destination.regions()).ifPresent(name -> {
                options.put(Destination.REGION, name);
                destination.addresses(name).forEach((option, address) -> options.put(option, stripped(address)));
            });
        }
        given(url).ifPresent(address -> {
            options.put(Destination.BASE_URL, address);
            destination.oneOfSeveral().forEach(option -> options.put(option, address));
        });
        destination
                .oneOfSeveral()
                .forEach(option -> given(target.child(option)).ifPresent(address -> options.put(option, address)));
        destination.defaultOf(Destination.BASE_URL).ifPresent(address -> {
            options.putIfAbsent(Destination.BASE_URL, stripped(address));
        });
        return options;
    }

    private static Optional<String> given(Node node) {
        return Address.read(node, false).map(BaseUrlReader::stripped);
    }

    private static void missing(Node url, Node region, Destination destination) {
        if (!destination.regions().isEmpty()) {
            region.problem("is missing: it is one of " + Spelling.list(destination.regions()) + ", unless \""
                    + Destination.BASE_URL + "\" is given");
        } else if (destination.defaultOf(Destination.BASE_URL).isEmpty()) {
            url.problem("is missing: the address to send to, such as \"https://api.example.com\"");
        }
    }

    private static String stripped(String url) {
        return url.replaceFirst("/+$", "");
    }
}
