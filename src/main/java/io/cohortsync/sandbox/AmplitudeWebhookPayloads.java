package io.cohortsync.sandbox;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What Amplitude's cohort webhook sends (contracts.md 7.1): adds and removes apart. */
final class AmplitudeWebhookPayloads {

    private final Push push;
    private final UUID computation = UUID.randomUUID();

    AmplitudeWebhookPayloads(Push push) {
        this.push = push;
    }

    List<PushedRequest> requests() {
        List<PushedRequest> requests = new ArrayList<>(requests(push.parts(push.enters()), true));
        requests.addAll(requests(push.parts(push.exits()), false));
        return requests;
    }

    private List<PushedRequest> requests(List<List<PushedMember>> parts, boolean enters) {
        List<PushedRequest> requests = new ArrayList<>();
        for (int part = 0; part < parts.size(); part++) {
            Map<String, String> headers = push.headers();
            headers.put("User-Agent", "Amplitude/Webhook/1.0");
            String id = computation + (enters ? "::enter::" : "::exit::") + part;
            requests.add(new PushedRequest(
                    headers, push.sent(body(id, parts.get(part), enters).toString())));
        }
        return requests;
    }

    private ObjectNode body(String messageId, List<PushedMember> members, boolean enters) {
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("cohort_name", push.cohortName())
                .put("cohort_id", push.cohort())
                .put("in_cohort", enters)
                .put("computed_time", String.valueOf(push.happened().getEpochSecond()))
                .put("message_id", messageId);
        ArrayNode users = body.putArray("users");
        for (PushedMember member : members) {
            ObjectNode user = users.addObject().put("user_id", member.id());
            if (!member.properties().isEmpty()) {
                user.set("user_properties", member.properties());
            }
        }
        return body;
    }
}
