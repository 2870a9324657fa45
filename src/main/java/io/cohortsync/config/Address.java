package io.cohortsync.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/** Tells an address that can be called from one that cannot. */
final class Address {

    private Address() {}

    /**
     * The address at a place, if it can be called; what is found is never shown, for it may hold a password.
     *
     * @param mayHaveQuery whether it is called as it is, and not continued by paths of the vendor
     */
    static Optional<String> read(Node node, boolean mayHaveQuery) {
        return Scalar.secret(node).text().map(String::strip).filter(text -> {
            Optional<String> mistake = mistake(text, mayHaveQuery);
            mistake.ifPresent(words -> node.problem(words
                    + ". Accepted: an absolute http or https address such as \"https://api.example.com/prefix\""));
            return mistake.isEmpty();
        });
    }

    private static Optional<String> mistake(String text, boolean mayHaveQuery) {
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
            if (uri.getRawFragment() != null || uri.getRawQuery() != null && !mayHaveQuery) {
                return Optional.of("has a query or a fragment");
            }
            return Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.of("is no address");
        }
    }
}
