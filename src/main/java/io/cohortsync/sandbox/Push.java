package io.cohortsync.sandbox;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a vendor is to push to one of our receivers. Left out is what the vendor usually does.
 *
 * @param url of the receiver, on this machine
 * @param secret with which Segment signs; without one it does not
 * @param username with {@code password}: HTTP Basic
 * @param token in the header {@code X-Webhook-Token}
 * @param cohort its key at Segment, its id elsewhere
 * @param name what it is called; the key or id if left out
 * @param form of Segment's events
 * @param batch one event of Segment a request, or an array of them
 * @param signs what Segment signs of an array: its first element, as it does, or the whole
 * @param project of Mixpanel
 * @param externalId of Segment, as a receiver gave it when the audience was created
 * @param computationClass other than {@code audience}, of Segment
 * @param action of Mixpanel: {@code members} sends {@code enters} as the complete list, else what changed is sent
 * @param pageSize members of one request, or events of one array
 * @param pages of Mixpanel's complete list only these, from 1; so a list stays incomplete
 * @param session of Mixpanel's complete list, to go on with one that stayed incomplete
 * @param at when it happened, for news that come late
 * @param repeat how often each request is sent, unchanged
 * @param malformed whether bodies end halfway; they are signed as they are sent
 */
public record Push(
        Vendor vendor,
        URI url,
        Optional<String> secret,
        Optional<String> username,
        Optional<String> password,
        Optional<String> token,
        String cohort,
        Optional<String> name,
        List<PushedMember> enters,
        List<PushedMember> exits,
        Optional<Form> form,
        Optional<Batch> batch,
        Optional<Signs> signs,
        Optional<String> project,
        Optional<String> externalId,
        Optional<String> computationClass,
        Optional<Action> action,
        Optional<Integer> pageSize,
        Optional<List<Integer>> pages,
        Optional<String> session,
        Optional<Instant> at,
        Optional<Integer> repeat,
        boolean malformed) {

    private static final int MOST_MEMBERS = 1_000;

    /** Who pushes. */
    public enum Vendor {
        @JsonProperty("segment")
        SEGMENT,
        @JsonProperty("mixpanel")
        MIXPANEL,
        @JsonProperty("amplitude")
        AMPLITUDE
    }

    /** As what Segment tells of a change. */
    public enum Form {
        @JsonProperty("identify")
        IDENTIFY,
        @JsonProperty("track")
        TRACK
    }

    /** How Segment packs events. */
    public enum Batch {
        @JsonProperty("single")
        SINGLE,
        @JsonProperty("array")
        ARRAY
    }

    /** What Segment signs of an array. */
    public enum Signs {
        @JsonProperty("first")
        FIRST,
        @JsonProperty("whole")
        WHOLE
    }

    /** What Mixpanel tells. */
    public enum Action {
        @JsonProperty("members")
        MEMBERS,
        @JsonProperty("changes")
        CHANGES
    }

    public Push {
        required("vendor", vendor);
        required("url", url);
        required("cohort", cohort);
        enters = enters == null ? List.of() : List.copyOf(enters);
        exits = exits == null ? List.of() : List.copyOf(exits);
        if (pageSize.orElse(1) < 1 || repeat.orElse(1) < 1) {
            throw new IllegalArgumentException("pageSize and repeat are at least 1");
        }
        if (username.isPresent() != password.isPresent()) {
            throw new IllegalArgumentException("username and password come together");
        }
        printable("token", token);
    }

    private static void printable(String name, Optional<String> header) {
        if (header.filter(text -> !text.matches("\\p{Print}+")).isPresent()) {
            throw new IllegalArgumentException(name + " holds what no header can");
        }
    }

    private static void required(String name, Object value) {
        if (value == null) {
            throw new IllegalArgumentException(name + " is required");
        }
    }

    /** What the vendor would send for this, in order. */
    public List<PushedRequest> requests() {
        List<PushedRequest> once = switch (vendor) {
            case SEGMENT -> new SegmentAudiencePayloads(this).requests();
            case MIXPANEL -> new MixpanelWebhookPayloads(this).requests();
            case AMPLITUDE -> new AmplitudeWebhookPayloads(this).requests();
        };
        return once.stream()
                .flatMap(request -> Collections.nCopies(repeat.orElse(1), request).stream())
                .toList();
    }

    String cohortName() {
        return name.orElse(cohort);
    }

    Instant happened() {
        return at.orElseGet(Instant::now);
    }

    /** The body as it is sent. */
    String sent(String body) {
        return malformed ? body.substring(0, body.length() / 2) : body;
    }

    /** What every vendor sends, and what lets it in. */
    Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        username.ifPresent(
                user -> headers.put("Authorization", new BasicCredentials(user, password.orElse("")).header()));
        token.ifPresent(text -> headers.put("X-Webhook-Token", text));
        return headers;
    }

    /** In parts of a request's size; of nobody there is none. */
    <T> List<List<T>> parts(List<T> all) {
        int size = pageSize.orElse(MOST_MEMBERS);
        List<List<T>> parts = new ArrayList<>();
        for (int from = 0; from < all.size(); from += size) {
            parts.add(all.subList(from, Math.min(all.size(), from + size)));
        }
        return parts;
    }
}
