package io.cohortsync.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.cohortsync.config.SecretMask;
import io.cohortsync.config.Settings;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.springframework.stereotype.Component;

/** What the API's routes for a target need beside the flow itself; {@code targetCalls} in the routes. */
@Component
public class TargetCalls {

    private final Settings settings;
    private final SecretMask mask;
    private final CamelContext camel;

    TargetCalls(Settings settings, SecretMask mask, CamelContext camel) {
        this.settings = settings;
        this.mask = mask;
        this.camel = camel;
    }

    /**
     * What trying a target's credentials has shown.
     *
     * @param result {@code accepted}, {@code refused}, {@code no answer} or {@code cannot be verified}
     * @param words why, where there is more to say
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Check(String target, String result, Optional<String> words) {}

    /**
     * Whether there is a way to try a target's credentials without a side effect.
     *
     * @throws org.springframework.web.ErrorResponseException 404 for a target that is not configured
     */
    public boolean checkable(String target) {
        Problems.known(settings.targets(), target, "target");
        return camel.getRoute("check-" + target) != null;
    }

    public Answer accepted(String target) {
        return answer(target, "accepted", Optional.empty());
    }

    /** No template {@code check-<type>} says how. */
    public Answer cannotBeVerified(String target) {
        String type = settings.targets().get(target).type();
        return answer(
                target,
                "cannot be verified",
                Optional.of("the destination " + type + " has no way here to tell without sending anything"));
    }

    /** @throws Exception what was thrown, if the target has nothing to do with it */
    public Answer failed(String target, Exception thrown) throws Exception {
        FailedCheck failed = FailedCheck.of(thrown, mask);
        return answer(target, failed.result(), Optional.of(failed.words()));
    }

    private static Answer answer(String target, String result, Optional<String> words) {
        return Answer.json(200, new Check(target, result, words));
    }
}
