package io.cohortsync.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The forms in which Segment takes a write key (contracts.md 1.1), and how one is shown without giving it away. */
final class WriteKey {

    private static final int SHOWN_CHARS = 4;

    private WriteKey() {}

    /**
     * Whether a call is authenticated: Basic with the write key as user and an empty password (the colon is
     * required), or the key in the body, also beside a Bearer token. A Basic header that is wrong is refused even
     * when the body holds a key, so that the mistake is seen.
     */
    static boolean given(String authorization, String inBody) {
        String[] schemeAndCredentials = authorization.split(" ", 2);
        if (schemeAndCredentials[0].equalsIgnoreCase("Basic")) {
            return schemeAndCredentials.length == 2 && validBasic(schemeAndCredentials[1].trim());
        }
        return !inBody.isBlank();
    }

    /** Scheme and the first characters of the credentials, never more than half of them. */
    static String masked(String authorization) {
        int space = authorization.indexOf(' ') + 1;
        int shown = Math.min(SHOWN_CHARS, (authorization.length() - space) / 2);
        return authorization.substring(0, space + shown) + "***";
    }

    private static boolean validBasic(String credentials) {
        try {
            String decoded = new String(Base64.getDecoder().decode(credentials), StandardCharsets.UTF_8);
            // The only colon is the last character: the user is not empty, the password is.
            return decoded.length() > 1 && decoded.indexOf(':') == decoded.length() - 1;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }
}
