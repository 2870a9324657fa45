package io.cohortsync.sandbox;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Somebody in a cohort of Amplitude: one row of its file. In JSON a bare text is a user id.
 *
 * @param amplitudeId made up from the user id where none is given; larger than an int, as Amplitude's are
 * @param userId empty for somebody anonymous; of a group cohort, the group
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record AmplitudePerson(
        @JsonProperty("amplitude_id") String amplitudeId,
        @JsonProperty("user_id") Optional<String> userId,
        Map<String, String> properties) {

    private static final int SPARE_BITS = 20;

    @JsonCreator
    AmplitudePerson(
            @JsonProperty("amplitude_id") String amplitudeId,
            @JsonProperty("user_id") Optional<String> userId,
            @JsonProperty("properties") Map<String, String> properties) {
        boolean noUser = userId == null || userId.orElse("").isEmpty();
        if (amplitudeId == null && noUser) {
            throw new IllegalArgumentException("a member has a user_id, an amplitude_id or both");
        }
        if (amplitudeId != null && !amplitudeId.matches("\\d+")) {
            throw new IllegalArgumentException("amplitude_id is a number, and not " + amplitudeId);
        }
        this.userId = noUser ? Optional.empty() : userId;
        this.amplitudeId = amplitudeId == null ? madeUp(userId.orElseThrow()) : amplitudeId;
        this.properties = properties == null ? Map.of() : new TreeMap<>(properties);
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static AmplitudePerson ofUserId(String userId) {
        return new AmplitudePerson(null, Optional.of(userId), Map.of());
    }

    static AmplitudePerson ofAmplitudeId(String amplitudeId) {
        return new AmplitudePerson(amplitudeId, Optional.empty(), Map.of());
    }

    /** By which a call that changes a cohort names this person; blank: it cannot. */
    String id(boolean amplitude) {
        return amplitude ? amplitudeId : userId.orElse("");
    }

    /** The id by which people are shown: the user id where there is one. */
    String shown() {
        return userId.orElse(amplitudeId);
    }

    private static String madeUp(String userId) {
        UUID hash = UUID.nameUUIDFromBytes(userId.getBytes(StandardCharsets.UTF_8));
        return Long.toString(hash.getMostSignificantBits() >>> SPARE_BITS);
    }
}
