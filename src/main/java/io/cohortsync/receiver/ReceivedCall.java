package io.cohortsync.receiver;

import io.cohortsync.config.SourceSettings;
import java.time.Instant;
import java.util.Optional;

/**
 * A call of {@code /hooks/<source>}, as it came.
 *
 * @param source whom it claims to be from
 * @param authorization the header, if it came
 * @param token the header {@code X-Webhook-Token}, if it came
 * @param signature the header {@code X-Signature}, if it came
 * @param body its bytes, which a signature is over
 * @param at when it came
 */
public record ReceivedCall(
        SourceSettings source,
        Optional<String> authorization,
        Optional<String> token,
        Optional<String> signature,
        byte[] body,
        Instant at) {}
