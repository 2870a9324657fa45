package io.cohortsync.webhook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.config.Secret;
import io.cohortsync.config.Settings;
import io.cohortsync.delivery.Change;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.stereotype.Component;

/**
 * What a call to an endpoint of the user's own carries, and what its answer says; {@code webhook} in the routes.
 *
 * <p>The body is one JSON object: {@code sync}, {@code target}, {@code run}, {@code cohortId}, {@code cohortName}, {@code
 * sentAt} and {@code changes}, each with {@code memberKey}, {@code enter} (true: joined, false: left) and {@code messageId},
 * which is the same whenever the same change is sent again.
 */
@Component
public class Webhook {

    /** HMAC-SHA256 of the body with the target's secret: {@code sha256=} and 64 hexadecimal digits in lower case. */
    public static final String SIGNATURE = "X-Cohort-Sync-Signature";

    private static final String ALGORITHM = "HmacSHA256";
    private static final String OWN_HEADER = "headers.";

    private final Settings settings;
    private final ObjectMapper json;
    private final Clock clock;

    Webhook(Settings settings, ObjectMapper json, Clock clock) {
        this.settings = settings;
        this.json = json;
        this.clock = clock;
    }

    private record Call(
            String sync,
            String target,
            long run,
            String cohortId,
            String cohortName,
            Instant sentAt,
            List<Sent> changes) {}

    private record Sent(String memberKey, boolean enter, String messageId) {}

    /** The body of a call, in UTF-8. */
    public byte[] body(List<Change> changes, String sync, String target, long run, String cohortId, String cohortName) {
        List<Sent> sent = changes.stream()
                .map(change -> new Sent(change.memberKey(), change.enter(), change.messageId()))
                .toList();
        try {
            return json.writeValueAsBytes(new Call(sync, target, run, cohortId, cohortName, clock.instant(), sent));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds the target's own headers to a call's, and the signature if it has a secret. */
    public void sign(Map<String, Object> headers, byte[] body, String target) {
        settings.targets().get(target).secrets().forEach((name, secret) -> {
            if (name.startsWith(OWN_HEADER)) {
                headers.put(name.substring(OWN_HEADER.length()), secret.value());
            } else if (name.equals("secret")) {
                headers.put(SIGNATURE, "sha256=" + signature(secret, body));
            }
        });
    }

    private static String signature(Secret secret, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.value().getBytes(StandardCharsets.UTF_8), ALGORITHM));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The member keys that a good answer names in {@code unmatched}: people its system does not know. */
    public List<String> unmatched(byte[] answer) {
        try {
            JsonNode named = json.readTree(answer).path("unmatched");
            return StreamSupport.stream(named.spliterator(), false)
                    .filter(JsonNode::isValueNode)
                    .map(JsonNode::asText)
                    .toList();
        } catch (IOException notJson) {
            // An endpoint need not answer anything but its status.
            return List.of();
        }
    }
}
