package io.cohortsync.receiver;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.mirror.MappedFields;
import io.cohortsync.mirror.Push;
import io.cohortsync.mirror.PushedEvent;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Cohorts as Amplitude's webhook sends them (contracts, section 7.1); {@code amplitudeCalls} in the routes. */
@Component
public class AmplitudeCalls {

    private static final BigDecimal LATEST = BigDecimal.valueOf(Instant.MAX.getEpochSecond());

    private final MappedFields mapped;

    AmplitudeCalls(MappedFields mapped) {
        this.mapped = mapped;
    }

    /**
     * What a call says of whom. Sent again, as Amplitude does when it got no answer in time, it changes nothing.
     *
     * @throws RefusedCallException 400 when it does not say which cohort, or whether in it
     */
    public Push push(ReceivedCall call) {
        JsonNode root = PushedJson.read(call.body());
        String cohort = PushedJson.text(root.path("cohort_id"));
        if (!PushedEvent.mayBeCohort(cohort)) {
            throw RefusedCallException.malformed("cohort_id is missing, or longer than " + PushedEvent.LONGEST_COHORT
                    + " characters: it says which cohort this is about");
        }
        if (!root.path("in_cohort").isBoolean()) {
            throw RefusedCallException.malformed("in_cohort is not true and not false: it says whether they are in it");
        }
        if (!root.path("users").isArray()) {
            throw RefusedCallException.malformed("users is no array: it says who");
        }
        Optional<String> name = PushedJson.cohortName(root.path("cohort_name"));
        Instant at = at(root.path("computed_time"), call);
        List<PushedEvent> events = new ArrayList<>();
        for (JsonNode user : root.path("users")) {
            String member = PushedJson.text(user.path("user_id"));
            if (PushedEvent.mayBeMember(member)) {
                events.add(new PushedEvent(
                        cohort,
                        name,
                        member,
                        root.path("in_cohort").booleanValue(),
                        at,
                        mapped.kept(
                                call.source().name(),
                                cohort,
                                field -> property(user, field.name().orElseThrow()))));
            }
        }
        return new Push(
                call.source().name(),
                events,
                Optional.empty(),
                root.path("users").size() - events.size());
    }

    private static Instant at(JsonNode seconds, ReceivedCall call) {
        String text = PushedJson.text(seconds);
        if (!text.matches("\\d{1,18}") || new BigDecimal(text).compareTo(LATEST) > 0) {
            return call.at();
        }
        return PushedJson.at(Instant.ofEpochSecond(Long.parseLong(text)), call);
    }

    private static String property(JsonNode user, String name) {
        String of = PushedJson.text(user.path("user_properties").path(name));
        return of.isBlank() ? PushedJson.text(user.path(name)) : of;
    }
}
