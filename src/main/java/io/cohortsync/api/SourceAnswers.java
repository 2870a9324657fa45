package io.cohortsync.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.cohortsync.config.SecretMask;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SourceSettings;
import java.util.List;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/**
 * What the API's routes for a source need beside the flow itself; {@code sourceAnswers} in the routes. A type of source plugs
 * in by having a route {@code cohorts-<type>}, whose body at its end is a list of {@link io.cohortsync.source.CohortChoice},
 * and a route {@code check-source-<type>}, which ends well if the source can be read; both are given the variable
 * {@code source}, its name.
 */
@Component
public class SourceAnswers {

    private final Settings settings;
    private final SecretMask mask;
    private final CamelContext camel;

    SourceAnswers(Settings settings, SecretMask mask, CamelContext camel) {
        this.settings = settings;
        this.mask = mask;
        this.camel = camel;
    }

    /**
     * What trying a source has shown.
     *
     * @param result {@code accepted}, {@code refused}, {@code no answer} or {@code nothing to check}
     * @param words why, where there is more to say
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Check(String source, String result, Optional<String> words) {}

    /**
     * The route that answers a question about a source.
     *
     * @param question {@code cohorts} or {@code check-source}
     * @return its id, which is also its name behind {@code direct:}; empty text: the type has none
     * @throws org.springframework.web.ErrorResponseException 404 for a source that is not configured
     */
    public String route(String question, String source) {
        SourceSettings known = Problems.known(settings.sources(), source, "source");
        // One that is polled and pushed to can be asked.
        String route = question + "-" + (known.polled() ? known.type() : "mirror");
        return camel.getRoute(route) == null ? "" : route;
    }

    /** The cohorts that a source's route found. */
    public Answer cohorts(List<?> choices) {
        return Answer.json(200, choices);
    }

    /**
     * There is no route that lists them.
     *
     * @throws org.springframework.web.ErrorResponseException 409, always
     */
    public void cannotBeListed(String source) {
        SourceSettings known = settings.sources().get(source);
        throw Problems.of(
                HttpStatus.CONFLICT,
                "The cohorts of source " + source + " cannot be listed: "
                        + (known.type().equals("sql")
                                ? "a sql source is read with queries"
                                : "there is no route cohorts-" + known.type()));
    }

    /** What went wrong when cohorts were to be listed, if the source is to blame: then it is said, and is a 502. */
    public void notListed(String source, Exception thrown) throws Exception {
        throw Problems.of(
                HttpStatus.BAD_GATEWAY,
                "The cohorts of source " + source + " could not be listed: "
                        + FailedCheck.of(thrown, mask).words());
    }

    public Answer accepted(String source) {
        return answer(source, "accepted", Optional.empty());
    }

    /** No route says how. */
    public Answer nothingToCheck(String source) {
        return answer(
                source,
                "nothing to check",
                Optional.of(
                        settings.sources().get(source).polled()
                                ? "this type of source has no check"
                                : "it is received, at /hooks/" + source + ": there is nothing to check"));
    }

    /** @throws Exception what was thrown, if the source has nothing to do with it */
    public Answer failed(String source, Exception thrown) throws Exception {
        FailedCheck failed = FailedCheck.of(thrown, mask);
        return answer(source, failed.result(), Optional.of(failed.words()));
    }

    private static Answer answer(String source, String result, Optional<String> words) {
        return Answer.json(200, new Check(source, result, words));
    }
}
