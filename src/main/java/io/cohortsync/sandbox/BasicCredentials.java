package io.cohortsync.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** What an HTTP Basic header holds; never printed. */
record BasicCredentials(String username, String password) {

    private static final String SCHEME = "Basic ";

    /** Empty unless the header is Basic with a user and a password, neither of them blank. */
    static Optional<BasicCredentials> of(Optional<String> authorization) {
        return authorization.filter(header -> header.startsWith(SCHEME)).flatMap(header -> {
            try {
                byte[] pair = Base64.getDecoder().decode(header.substring(SCHEME.length()));
                String[] parts = new String(pair, StandardCharsets.UTF_8).split(":", 2);
                return parts.length < 2 || parts[0].isBlank() || parts[1].isBlank()
                        ? Optional.empty()
                        : Optional.of(new BasicCredentials(parts[0], parts[1]));
            } catch (IllegalArgumentException notBase64) {
                return Optional.empty();
            }
        });
    }

    String header() {
        return SCHEME
                + Base64.getEncoder().encodeToString((username + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "BasicCredentials";
    }
}
