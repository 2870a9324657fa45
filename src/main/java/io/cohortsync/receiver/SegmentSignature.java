package io.cohortsync.receiver;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.cohortsync.config.SourceSettings.SegmentSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.stereotype.Component;

/**
 * {@code X-Signature}: the HMAC-SHA1 of the raw body, as lower-case hex; of an array Segment signs the first element only
 * (contracts, section 5.3), which {@code signature: whole-body} refuses; {@code segmentSignature} in the routes.
 */
@Component
public class SegmentSignature {

    private static final String ALGORITHM = "HmacSHA1";

    private static final JsonFactory JSON = new JsonFactory();

    /** @throws RefusedCallException 401 unless the call is signed with the source's secret */
    public void prove(ReceivedCall call) {
        SegmentSource source = (SegmentSource) call.source();
        String given = call.signature()
                .orElseThrow(() -> RefusedCallException.unproved(
                        "The header X-Signature is missing: give Segment the shared secret"));
        boolean proved = Senders.same(given, digest(source, call.body()))
                || !source.wholeBody()
                        && firstElement(call.body())
                                .filter(first -> Senders.same(given, digest(source, first)))
                                .isPresent();
        if (!proved) {
            throw RefusedCallException.unproved("X-Signature does not fit the body and the configured shared-secret"
                    + (source.wholeBody() ? "; only a signature over the whole body is taken" : ""));
        }
    }

    /** As {@link #prove}, but what Segment does not sign at all need not be. */
    public void proveIfSigned(ReceivedCall call) {
        if (call.signature().isPresent()) {
            prove(call);
        }
    }

    private static String digest(SegmentSource source, byte[] bytes) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(source.sharedSecret().value().getBytes(StandardCharsets.UTF_8), ALGORITHM));
            return HexFormat.of().formatHex(mac.doFinal(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The bytes of an array's first element as they stand: written again, numbers and escapes might differ. */
    private static Optional<byte[]> firstElement(byte[] body) {
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_ARRAY || parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            int from = (int) parser.currentTokenLocation().getByteOffset();
            parser.skipChildren();
            int to = (int) parser.currentLocation().getByteOffset();
            return from < 0 || to <= from ? Optional.empty() : Optional.of(Arrays.copyOfRange(body, from, to));
        } catch (IOException notJson) {
            return Optional.empty();
        }
    }
}
