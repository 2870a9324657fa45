package io.cohortsync.receiver;

/** What a sender is answered. */
public record Reply(int status, String contentType, Object content) {

    static Reply json(int status, Object content) {
        return new Reply(status, "application/json", content);
    }
}
