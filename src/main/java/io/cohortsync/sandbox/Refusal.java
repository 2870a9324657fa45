package io.cohortsync.sandbox;

import java.util.Locale;

/** Why a stand-in answers with an error; nothing of such a call is applied. */
enum Refusal {
    METHOD_NOT_ALLOWED(405),
    CONTENT_TYPE_NOT_JSON(400),
    BODY_UNREADABLE(400),
    BODY_TOO_LARGE(400),
    EVENT_TOO_LARGE(400),
    INVALID_JSON(400),
    UNAUTHORIZED(401);

    private final int status;

    Refusal(int status) {
        this.status = status;
    }

    int status() {
        return status;
    }

    String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
