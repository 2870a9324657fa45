package io.cohortsync.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** Errors as RFC 9457 problem details. */
final class Problems {

    private Problems() {}

    static ErrorResponseException of(HttpStatus status, String detail) {
        return new ErrorResponseException(status, ProblemDetail.forStatusAndDetail(status, detail), null);
    }

    /** The same, with what a program needs to go on. */
    static ErrorResponseException of(HttpStatus status, String detail, Map<String, Object> properties) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        properties.forEach(problem::setProperty);
        return new ErrorResponseException(status, problem, null);
    }

    /** Answers a request with a problem before anything else is done with it. */
    static void write(HttpServletResponse response, ObjectMapper json, ProblemDetail problem) throws IOException {
        response.setStatus(problem.getStatus());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        json.writeValue(response.getOutputStream(), problem);
    }

    /** The number that a caller repeats to show that it is meant; empty: none is given. */
    static OptionalLong number(String name, String given) {
        if (given == null) {
            return OptionalLong.empty();
        }
        if (!given.matches("\\d{1,18}")) {
            throw of(HttpStatus.BAD_REQUEST, name + " is \"" + given + "\"; accepted: a number");
        }
        return OptionalLong.of(Long.parseLong(given));
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
