package io.cohortsync.amplitude;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.cohortsync.config.ListSettings;
import io.cohortsync.config.TargetSettings;
import io.cohortsync.delivery.Change;
import io.cohortsync.delivery.HeldException;
import io.cohortsync.link.Link;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * The bodies of Amplitude's cohort calls and what their answers say (contracts, sections 3.2 and 4); {@code
 * amplitudeCohorts} in the routes.
 *
 * <p>An answer that is no JSON, or says nothing, is an {@link UncheckedIOException}: as if none had come.
 */
@Component
public class AmplitudeCohorts {

    /** How far Amplitude's clock, by which cohorts are created, may be behind ours, by which they are asked for. */
    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

    private final ObjectMapper json;

    AmplitudeCohorts(ObjectMapper json) {
        this.json = json;
    }

    /** The cohort that configuration names by its id; empty text: it names none. */
    public String configured(Link link) {
        return list(link).id().orElse("");
    }

    /** The body that creates the cohort with these people in it (contracts, section 4.1); {@code ids} is never empty. */
    public byte[] upload(List<Change> seed, Link link) {
        TargetSettings target = link.settings().target();
        ObjectNode body = json.createObjectNode();
        body.put("name", list(link).name());
        String app = target.options().get("app-id");
        if (app.matches("\\d{1,18}")) {
            body.put("app_id", Long.parseLong(app));
        } else {
            body.put("app_id", app);
        }
        body.put("id_type", byUserId(link) ? "BY_USER_ID" : "BY_AMP_ID");
        ids(body, seed);
        body.put("owner", list(link).owner().orElseThrow());
        body.put("published", published(target));
        return bytes(body);
    }

    /** The new cohort's id in the answer to an upload; older documentation spells the field in another way. */
    public String created(InputStream answer) {
        JsonNode root = read(answer);
        String id = root.path("cohortId").asText(root.path("cohort_id").asText(""));
        if (id.isBlank()) {
            throw new UncheckedIOException(new IOException("the answer names no cohort"));
        }
        return id;
    }

    /** The body that adds these people, or removes them: all changes are of one kind (contracts, section 4.2). */
    public byte[] membership(List<Change> changes, Link link, String cohort) {
        ObjectNode body = json.createObjectNode();
        body.put("cohort_id", cohort);
        body.put("skip_invalid_ids", true);
        ObjectNode membership = body.putArray("memberships").addObject();
        ids(membership, changes);
        // Upload spells these in another way (contracts, section 9, trap 1).
        membership.put(
                "id_type",
                byUserId(link) ? "BY_NAME" : link.settings().target().options().get("amplitude-id-type"));
        membership.put("operation", changes.get(0).enter() ? "ADD" : "REMOVE");
        return bytes(body);
    }

    /** Whom Amplitude does not know, told inside of its 200. */
    public List<String> skipped(InputStream answer) {
        List<String> skipped = new ArrayList<>();
        JsonNode results = read(answer).path("memberships_result");
        if (!results.isArray()) {
            throw new UncheckedIOException(new IOException("the answer does not say what became of the call"));
        }
        for (JsonNode result : results) {
            result.path("skipped_ids").forEach(id -> skipped.add(id.asText()));
        }
        return skipped;
    }

    /**
     * The cohort in Amplitude's list that the link is to fill: one that we asked for without hearing of it, or one of that
     * name that may be adopted; empty text: there is none, and one may be created.
     *
     * @param asked since when one of ours may be there
     * @throws HeldException if only a person can say which it is
     */
    public String find(InputStream answer, Link link, Optional<Instant> asked) {
        ListSettings wanted = list(link);
        List<JsonNode> named = cohorts(answer, link.settings().target()).stream()
                .filter(cohort -> cohort.path("name").asText().equals(wanted.name()))
                .filter(cohort -> !cohort.path("archived").asBoolean())
                .toList();
        Optional<JsonNode> ours = asked.flatMap(since -> named.stream()
                .filter(cohort -> createdAt(cohort).isAfter(since.minus(CLOCKS_DIFFER)))
                .filter(cohort -> ownedBy(cohort, wanted.owner().orElseThrow()))
                .min(Comparator.comparing(AmplitudeCohorts::createdAt)));
        if (ours.isPresent()) {
            return id(ours.get());
        }
        if (asked.isPresent() && !published(link.settings().target())) {
            throw new HeldException("held: whether the cohort \"" + wanted.name() + "\" was created at " + asked.get()
                    + " cannot be told, since Amplitude lists published ones only: look there, and give its cohort-id");
        }
        if (named.isEmpty()) {
            return "";
        }
        if (!wanted.adopt()) {
            throw new HeldException("held: Amplitude has a cohort \"" + wanted.name() + "\" already (" + ids(named)
                    + "), which others may fill: give this link another cohort-name, or say if-exists: adopt");
        }
        if (named.size() > 1) {
            throw new HeldException("held: Amplitude has " + named.size() + " cohorts \"" + wanted.name() + "\" ("
                    + ids(named) + "): say by cohort-id which one to adopt");
        }
        return id(named.get(0));
    }

    /**
     * Amplitude refused a call about a cohort: looks whether the cohort is to blame.
     *
     * @param answer the list of cohorts
     * @throws HeldException if it is not there any more
     * @throws Exception otherwise the refusal itself
     */
    public void blame(InputStream answer, Link link, String cohort, Exception refusal) throws Exception {
        if (!published(link.settings().target()) && list(link).id().isEmpty()) {
            // Amplitude lists published cohorts only (contracts, section 3.2), so the absence of ours says nothing.
            throw refusal;
        }
        boolean there = cohorts(answer, link.settings().target()).stream()
                .anyMatch(known -> id(known).equals(cohort));
        if (!there) {
            throw new HeldException("gone: Amplitude has no cohort " + cohort
                    + " any more, or does not list it, since it lists published ones only: give the list another name"
                    + " here, and accept-change?as=resync fills a new one; or stop this link (enabled: false)");
        }
        throw refusal;
    }

    /** Whether it is Amplitude's list at all: any web page may answer 200. */
    public void isList(InputStream answer) {
        list(answer);
    }

    private JsonNode list(InputStream answer) {
        JsonNode cohorts = read(answer).path("cohorts");
        if (!cohorts.isArray()) {
            throw new UncheckedIOException(new IOException("the answer lists no cohorts"));
        }
        return cohorts;
    }

    private List<JsonNode> cohorts(InputStream answer, TargetSettings target) {
        String app = target.options().get("app-id");
        List<JsonNode> ofApp = new ArrayList<>();
        list(answer).forEach(cohort -> {
            if (cohort.path("appId").asText(app).equals(app)) {
                ofApp.add(cohort);
            }
        });
        return ofApp;
    }

    /** Seconds since 1970 (contracts, section 3.2); unknown: long ago. */
    private static Instant createdAt(JsonNode cohort) {
        return Instant.ofEpochSecond(cohort.path("createdAt").asLong());
    }

    private static boolean ownedBy(JsonNode cohort, String owner) {
        for (JsonNode one : cohort.path("owners")) {
            if (one.asText().equalsIgnoreCase(owner)) {
                return true;
            }
        }
        return false;
    }

    private static String id(JsonNode cohort) {
        return cohort.path("id").asText();
    }

    private static String ids(List<JsonNode> cohorts) {
        return String.join(", ", cohorts.stream().map(AmplitudeCohorts::id).toList());
    }

    private static void ids(ObjectNode into, List<Change> changes) {
        ArrayNode ids = into.putArray("ids");
        changes.forEach(change -> ids.add(change.memberKey()));
    }

    private static ListSettings list(Link link) {
        return link.settings().list().orElseThrow();
    }

    private static boolean byUserId(Link link) {
        return list(link).idType().equals("user-id");
    }

    private static boolean published(TargetSettings target) {
        return Boolean.parseBoolean(target.options().get("published"));
    }

    private JsonNode read(InputStream answer) {
        try {
            JsonNode root = json.readTree(answer);
            if (root == null || !root.isObject()) {
                throw new IOException("the answer is no JSON object");
            }
            return root;
        } catch (IOException e) {
            // Jackson's words quote what it read, which may be people.
            throw new UncheckedIOException(new IOException("the answer is no JSON object"));
        }
    }

    private byte[] bytes(ObjectNode body) {
        try {
            return json.writeValueAsBytes(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
