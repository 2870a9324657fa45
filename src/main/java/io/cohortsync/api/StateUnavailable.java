package io.cohortsync.api;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Tells callers that the state database is away, which is no mistake of theirs and none to be looked for in a log. */
@RestControllerAdvice
class StateUnavailable {

    private static final Logger LOG = LoggerFactory.getLogger(StateUnavailable.class);

    @ExceptionHandler({
        DataAccessResourceFailureException.class,
        TransientDataAccessException.class,
        TransactionException.class
    })
    ProblemDetail answer(RuntimeException thrown) {
        LOG.debug("an API call found no state database", thrown);
        return problem();
    }

    static ProblemDetail problem() {
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.SERVICE_UNAVAILABLE, "The state database does not answer: try again later");
    }
}
