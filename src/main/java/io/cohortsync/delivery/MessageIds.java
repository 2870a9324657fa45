package io.cohortsync.delivery;

import io.cohortsync.diff.PlannedChange;
import io.cohortsync.link.Link;
import io.cohortsync.state.Installation;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.springframework.stereotype.Component;

/**
 * The message id of a change: a hash of installation, link, member key, direction and base, so that a re-send carries
 * the same id and a flip never does (Segment drops what repeats an id: contracts, section 1.4).
 */
@Component
class MessageIds {

    private static final int BYTES = 18;

    private final Installation installation;

    MessageIds(Installation installation) {
        this.installation = installation;
    }

    String of(Link link, PlannedChange change) {
        String what = String.join("\0", installation.id(), Long.toString(link.id()), change.base(), change.key());
        byte[] hash = sha256().digest(what.getBytes(StandardCharsets.UTF_8));
        return "cs-" + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, BYTES));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
