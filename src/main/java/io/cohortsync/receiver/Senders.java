package io.cohortsync.receiver;

import io.cohortsync.config.BasicAuthorization;
import io.cohortsync.config.Secret;
import io.cohortsync.config.SourceSettings;
import io.cohortsync.config.SourceSettings.Sender;
import io.cohortsync.config.SourceSettings.VendorSource;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * Proves by HTTP Basic (contracts, sections 6.2 and 7.1) or by the header {@code X-Webhook-Token} (contracts, section 7.1)
 * who sends; {@code senders} in the routes.
 */
@Component
public class Senders {

    /** @throws RefusedCallException 401 unless it is the source that it claims to be from */
    public void prove(ReceivedCall call) {
        if (!know(call.source(), call.authorization(), call.token())) {
            throw RefusedCallException.unproved(
                    sender(call.source()).token().isPresent()
                            ? "The header X-Webhook-Token is missing or is not the configured webhook-token"
                            : "HTTP Basic credentials are missing or are not the configured webhook-username and"
                                    + " webhook-password");
        }
    }

    /** Whether these headers of a call are the ones that a source sends. */
    boolean know(SourceSettings source, Optional<String> authorization, Optional<String> token) {
        Sender sender = sender(source);
        return sender.token().isPresent()
                ? token.filter(given -> same(given, sender.token().get().value()))
                        .isPresent()
                : authorization.filter(given -> same(given, basic(sender))).isPresent();
    }

    private static Sender sender(SourceSettings source) {
        return ((VendorSource) source).sender().orElseThrow();
    }

    private static String basic(Sender sender) {
        return BasicAuthorization.header(
                sender.user().orElse(""), sender.password().map(Secret::value).orElse(""));
    }

    /** In a time that tells nothing of where they differ. */
    static boolean same(String given, String expected) {
        return MessageDigest.isEqual(
                given.strip().getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
    }
}
