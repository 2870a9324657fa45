package io.cohortsync.sandbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What Segment Engage sends of an audience (contracts.md 5.1), signed as it signs (5.3). */
final class SegmentAudiencePayloads {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String HMAC = "HmacSHA1";
    private static final String SPACE = "spa_1";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Push push;

    SegmentAudiencePayloads(Push push) {
        this.push = push;
    }

    List<PushedRequest> requests() {
        List<String> events = new ArrayList<>();
        push.enters().forEach(member -> events.add(event(member, true)));
        push.exits().forEach(member -> events.add(event(member, false)));
        if (push.batch().orElse(Push.Batch.SINGLE) == Push.Batch.SINGLE) {
            return events.stream().map(event -> request(event, event)).toList();
        }
        return push.parts(events).stream()
                .map(part -> request(part.get(0), part.stream().collect(Collectors.joining(",", "[", "]"))))
                .toList();
    }

    private PushedRequest request(String first, String body) {
        String sent = push.sent(body);
        boolean whole = push.malformed() || push.signs().orElse(Push.Signs.FIRST) == Push.Signs.WHOLE;
        Map<String, String> headers = push.headers();
        push.secret().ifPresent(secret -> headers.put("X-Signature", signature(secret, whole ? sent : first)));
        return new PushedRequest(headers, sent);
    }

    private String event(PushedMember member, boolean enters) {
        return (push.form().orElse(Push.Form.IDENTIFY) == Push.Form.IDENTIFY
                        ? identify(member, enters)
                        : track(member, enters))
                .toString();
    }

    private ObjectNode identify(PushedMember member, boolean enters) {
        ObjectNode event = event("identify", member);
        event.putObject("traits").put(push.cohort(), enters).setAll(member.properties());
        event.putObject("context").set("personas", personas());
        event.putObject("integrations").put("All", false).put("Webhooks", true);
        return event;
    }

    private ObjectNode track(PushedMember member, boolean enters) {
        ObjectNode event = event("track", member);
        event.put("event", enters ? "Audience Entered" : "Audience Exited");
        event.putObject("properties").put("audience_key", push.cohort()).put(push.cohort(), enters);
        ObjectNode context = event.putObject("context");
        context.set("traits", member.properties());
        context.set("personas", personas());
        return event;
    }

    private ObjectNode event(String type, PushedMember member) {
        return JSON.objectNode()
                .put("type", type)
                .put("messageId", UUID.randomUUID().toString())
                .put("userId", member.id())
                .put("timestamp", TIME.format(push.happened()));
    }

    private ObjectNode personas() {
        ObjectNode personas = JSON.objectNode()
                .put("computation_class", push.computationClass().orElse("audience"))
                .put("computation_id", "aud_" + push.cohort())
                .put("computation_key", push.cohort())
                .put("namespace", SPACE)
                .put("space_id", SPACE);
        push.externalId().ifPresent(id -> {
            personas.put("external_audience_id", id);
            personas.putObject("audience_settings").put("id_type", "BY_USER_ID");
        });
        return personas;
    }

    static String signature(String secret, String text) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), HMAC));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
