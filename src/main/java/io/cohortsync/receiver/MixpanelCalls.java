package io.cohortsync.receiver;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.mirror.FullListPage;
import io.cohortsync.mirror.MappedFields;
import io.cohortsync.mirror.Push;
import io.cohortsync.mirror.PushedEvent;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * Cohorts as Mixpanel's custom webhook sends them, and its exact replies (contracts, section 6.2); {@code mixpanelCalls} in
 * the routes.
 */
@Component
public class MixpanelCalls {

    private static final JsonFactory JSON = new JsonFactory();
    private static final int LONGEST_SESSION = 200;
    private static final int MOST_PAGES = 1_000_000;

    private final MappedFields mapped;

    MixpanelCalls(MappedFields mapped) {
        this.mapped = mapped;
    }

    /**
     * What a call says of whom. A cohort that nobody heard of is begun, for a refusal would pause the customer's sync.
     *
     * @throws RefusedCallException 400 when it does not say what to do, of which cohort, or which page this is
     */
    public Push push(ReceivedCall call) {
        JsonNode root = PushedJson.read(call.body());
        JsonNode parameters = root.path("parameters");
        String cohort = PushedJson.text(parameters.path("mixpanel_cohort_id"));
        if (!PushedEvent.mayBeCohort(cohort)) {
            throw RefusedCallException.malformed("mixpanel_cohort_id is missing, or longer than "
                    + PushedEvent.LONGEST_COHORT + " characters: it says which cohort this is about");
        }
        if (!parameters.path("members").isArray()) {
            throw RefusedCallException.malformed("members is no array: it says who");
        }
        String action = root.path("action").asText("");
        Optional<FullListPage> page = switch (action) {
            case "members" -> Optional.of(page(parameters, cohort, call.at()));
            case "add_members", "remove_members" -> Optional.empty();
            default -> throw RefusedCallException.malformed("action is none of members, add_members, remove_members");
        };
        Optional<String> name = PushedJson.cohortName(parameters.path("mixpanel_cohort_name"));
        List<PushedEvent> events = new ArrayList<>();
        for (JsonNode member : parameters.path("members")) {
            String id = PushedJson.text(member.path("mixpanel_distinct_id"));
            if (PushedEvent.mayBeMember(id)) {
                events.add(new PushedEvent(
                        cohort,
                        name,
                        id,
                        !action.equals("remove_members"),
                        call.at(),
                        mapped.kept(
                                call.source().name(),
                                cohort,
                                field -> property(member, field.name().orElseThrow()))));
            }
        }
        return new Push(
                call.source().name(), events, page, parameters.path("members").size() - events.size());
    }

    private static FullListPage page(JsonNode parameters, String cohort, Instant at) {
        String session = PushedJson.text(parameters.path("mixpanel_session_id"));
        int page = number(parameters.path("page_info").path("page_count"));
        int pages = number(parameters.path("page_info").path("total_pages"));
        if (session.isBlank() || session.length() > LONGEST_SESSION || session.indexOf('\0') >= 0) {
            throw RefusedCallException.malformed(
                    "mixpanel_session_id is missing: without it the pages of a full list cannot be told apart");
        }
        if (page == 0 && pages == 0 && parameters.path("members").isEmpty()) {
            // A list of nobody has no page.
            return new FullListPage(cohort, session, 1, 1, at);
        }
        if (page < 1 || pages < page) {
            throw RefusedCallException.malformed(
                    "page_info does not say which page of how many this is: page_count counts from 1 to total_pages");
        }
        return new FullListPage(cohort, session, page, pages, at);
    }

    /** Some write it as text (contracts, section 6.2). */
    private static int number(JsonNode value) {
        String text = PushedJson.text(value);
        return text.matches("\\d{1,7}") && Integer.parseInt(text) <= MOST_PAGES ? Integer.parseInt(text) : 0;
    }

    /** Polled, Mixpanel's own properties begin with a dollar sign; pushed, they do not. */
    private static String property(JsonNode member, String name) {
        String found = PushedJson.text(member.path(name));
        return found.isBlank() && name.startsWith("$") ? PushedJson.text(member.path(name.substring(1))) : found;
    }

    /** The answer once it is stored. */
    public Reply stored(ReceivedCall call) {
        return Reply.json(200, Map.of("action", action(call), "status", "success"));
    }

    /** The answer when nothing was taken. */
    static Object failure(Optional<ReceivedCall> call, String message, int code) {
        return Map.of(
                "action",
                call.map(MixpanelCalls::action).orElse(""),
                "status",
                "failure",
                "error",
                Map.of("message", message, "code", code));
    }

    /** It comes first, so that hardly anything of the body is read for it. */
    private static String action(ReceivedCall call) {
        try (JsonParser parser = JSON.createParser(call.body())) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    if (name.equals("action")) {
                        return parser.getValueAsString("");
                    }
                    parser.skipChildren();
                }
            }
        } catch (IOException malformed) {
            // Then there is none to repeat.
        }
        return "";
    }
}
