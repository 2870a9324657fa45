package io.cohortsync.delivery;

import java.util.Map;

/**
 * One change as a destination is given it.
 *
 * @param memberKey the member key
 * @param enter true: add; false: remove
 * @param fields {@code messageId}: the same on a re-send, never the same across a flip
 */
public record Change(String memberKey, boolean enter, Map<String, Object> fields) {

    /** What a vendor may drop repeated messages by; under 100 characters. */
    public String messageId() {
        return String.valueOf(fields.get("messageId"));
    }
}
