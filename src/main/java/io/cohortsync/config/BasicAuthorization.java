package io.cohortsync.config;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** HTTP Basic (RFC 7617), as calls carry it and as calls to us are known by it. */
public final class BasicAuthorization {

    private BasicAuthorization() {}

    /** The header {@code Authorization}; the user holds no colon. */
    public static String header(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }
}
