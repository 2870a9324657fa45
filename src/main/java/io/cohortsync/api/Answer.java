package io.cohortsync.api;

/** What one of the API's routes answers. */
public record Answer(int status, String contentType, Object content) {

    static Answer json(int status, Object content) {
        return new Answer(status, "application/json", content);
    }
}
