package io.cohortsync.sandbox;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What Mixpanel's custom webhook sends of a cohort (contracts.md 6.2). */
final class MixpanelWebhookPayloads {

    private static final String PROJECT = "777";

    private final Push push;

    MixpanelWebhookPayloads(Push push) {
        this.push = push;
    }

    List<PushedRequest> requests() {
        if (push.action().orElse(Push.Action.CHANGES) == Push.Action.CHANGES) {
            List<PushedRequest> changes = new ArrayList<>(pages("add_members", push.parts(push.enters())));
            changes.addAll(pages("remove_members", push.parts(push.exits())));
            return changes;
        }
        List<List<PushedMember>> all = push.parts(push.enters());
        // An empty cohort is one page of nobody.
        return pages("members", all.isEmpty() ? List.of(List.of()) : all);
    }

    private List<PushedRequest> pages(String action, List<List<PushedMember>> parts) {
        String session = push.session().orElseGet(() -> UUID.randomUUID().toString());
        List<PushedRequest> pages = new ArrayList<>();
        for (int page = 1; page <= parts.size(); page++) {
            if (wanted(page)) {
                pages.add(new PushedRequest(
                        push.headers(),
                        push.sent(body(action, session, parts, page).toString())));
            }
        }
        return pages;
    }

    private boolean wanted(int page) {
        return push.pages().isEmpty() || push.pages().get().contains(page);
    }

    private ObjectNode body(String action, String session, List<List<PushedMember>> parts, int page) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("action", action);
        ObjectNode parameters = body.putObject("parameters")
                .put("mixpanel_project_id", push.project().orElse(PROJECT))
                .put("mixpanel_cohort_id", push.cohort())
                .put("mixpanel_cohort_name", push.cohortName())
                .put("mixpanel_cohort_description", "")
                .put("mixpanel_session_id", session);
        parameters.putObject("page_info").put("total_pages", parts.size()).put("page_count", page);
        ArrayNode members = parameters.putArray("members");
        parts.get(page - 1)
                .forEach(member -> members.addObject()
                        .put("mixpanel_distinct_id", member.id())
                        .setAll(member.properties()));
        return body;
    }
}
