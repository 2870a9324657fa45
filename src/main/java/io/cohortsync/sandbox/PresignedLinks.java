package io.cohortsync.sandbox;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Links that are good for a while and for whoever has them, in the form that S3 gives them. */
final class PresignedLinks {

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final String HMAC = "HmacSHA256";

    private final Clock clock;
    private final byte[] secret = new byte[32];

    PresignedLinks(Clock clock) {
        this.clock = clock;
        new SecureRandom().nextBytes(secret);
    }

    /** What a link brings along. */
    record Signature(String date, String expires, String signature) {}

    /** Why a link is refused, in S3's words. */
    record Refused(String code, String message) {}

    /** The query with which a file can be had for so long. */
    String query(String file, long seconds) {
        String date = DATE.format(clock.instant());
        return "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=" + date + "&X-Amz-Expires=" + seconds
                + "&X-Amz-SignedHeaders=host&X-Amz-Signature=" + sign(file, date, String.valueOf(seconds));
    }

    /** Empty: the link is good. */
    Optional<Refused> refuse(String file, Signature given) {
        byte[] right = sign(file, given.date(), given.expires()).getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(right, given.signature().getBytes(StandardCharsets.UTF_8))) {
            return Optional.of(new Refused(
                    "SignatureDoesNotMatch",
                    "The request signature we calculated does not match the signature you provided."));
        }
        return clock.instant().isBefore(end(given))
                ? Optional.empty()
                : Optional.of(new Refused("AccessDenied", "Request has expired"));
    }

    private static Instant end(Signature signed) {
        return DATE.parse(signed.date(), Instant::from).plusSeconds(Long.parseLong(signed.expires()));
    }

    private String sign(String file, String date, String expires) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(secret, HMAC));
            byte[] text = (file + "\n" + date + "\n" + expires).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(mac.doFinal(text));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
