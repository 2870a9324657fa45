package io.cohortsync.api;

import java.util.Map;
import java.util.TreeSet;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** Errors as RFC 9457 problem details. */
final class Problems {

    private Problems() {}

    static ErrorResponseException of(HttpStatus status, String detail) {
        return new ErrorResponseException(status, ProblemDetail.forStatusAndDetail(status, detail), null);
    }

    /** The configured thing of this name, or a 404 that names what there is. */
    static <T> T known(Map<String, T> configured, String name, String what) {
        T found = configured.get(name);
        if (found == null) {
            throw of(
                    HttpStatus.NOT_FOUND,
                    "There is no " + what + " named " + name + "; configured: " + new TreeSet<>(configured.keySet()));
        }
        return found;
    }
}
