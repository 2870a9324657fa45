package io.cohortsync.testing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Events as Segment Engage sends them (contracts, sections 5.1 and 5.3). */
public final class Engage {

    private Engage() {}

    /** An identify event; {@code inside} as it stands in JSON. */
    public static String identify(String user, String audience, Object inside, String at) {
        return """
                {"type":"identify","messageId":"m-%1$s","userId":"%1$s","timestamp":"%4$s",\
                "traits":{"%2$s":%3$s,"email":"%1$s@example.com"},"context":{"personas":{"computation_class":"audience",\
                "computation_id":"aud_1","computation_key":"%2$s","namespace":"spa_1","space_id":"spa_1",\
                "external_audience_id":"VIPs"}},"integrations":{"All":false,"Webhooks":true}}""".formatted(user, audience, inside, at);
    }

    /** A track event, whose name says nothing. */
    public static String track(String user, String audience, boolean inside, String at) {
        return """
                {"type":"track","event":"Anything","messageId":"m-%1$s","userId":"%1$s","timestamp":"%4$s",\
                "properties":{"audience_key":"another","%2$s":%3$s},"context":{"traits":{"email":"%1$s@example.com"},\
                "personas":{"computation_class":"audience","computation_key":"%2$s"}}}""".formatted(user, audience, inside, at);
    }

    /** {@code X-Signature} of a text. */
    public static String signature(String secret, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
