package io.cohortsync.customerio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.config.ListSettings;
import io.cohortsync.config.TargetSettings;
import io.cohortsync.delivery.HeldException;
import io.cohortsync.link.Link;
import io.cohortsync.link.RemoteLists;
import io.cohortsync.state.Installation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.springframework.stereotype.Component;

/**
 * Which segment a link fills: the one it has filled so far, the one that {@code segment-id} names, or one found or created by
 * its name (contracts, section 8.3); {@code customerIoSegments} in the routes. Only manual segments can be filled, so a
 * data-driven one, or one that is gone, holds the link.
 */
@Component("customerIoSegments")
public class Segments {

    private static final String MANUAL = "manual";

    private final ObjectMapper json;
    private final Answers answers;
    private final Installation installation;
    private final RemoteLists lists;

    Segments(ObjectMapper json, Answers answers, Installation installation, RemoteLists lists) {
        this.json = json;
        this.answers = answers;
        this.installation = installation;
        this.lists = lists;
    }

    /** The number of the segment as far as it is known without asking Customer.io. */
    public Optional<String> known(Link link) {
        return lists.read(link).id().or(() -> list(link).id());
    }

    /** Whether anything can be read there; without an app key a segment's number is taken on trust. */
    public boolean mayLook(Link link) {
        return mayLook(link.settings().target());
    }

    static boolean mayLook(TargetSettings target) {
        return target.secrets().containsKey("app-api-key");
    }

    /** {@code GET /segments/{id}}. */
    public Call one(Link link, String segment) {
        return Call.to(all(link) + "/" + segment, "");
    }

    /** {@code GET /segments} and {@code POST /segments}. */
    public Call named(Link link) {
        return Call.to(all(link), "");
    }

    static String all(Link link) {
        return all(link.settings().target());
    }

    static String all(TargetSettings target) {
        return target.options().get("app-base-url") + "/v1/segments";
    }

    /**
     * Looks at a segment.
     *
     * @throws HeldException if nobody can be added to it
     */
    public void checked(String segment, byte[] answer) throws IOException {
        manual(answers.read(answer).path("segment"), segment);
    }

    private static void manual(JsonNode segment, String id) {
        // A type that is not told is no reason to hold anything.
        if (!segment.path("type").asText(MANUAL).equals(MANUAL)) {
            throw new HeldException("held: segment " + id + " of Customer.io is data-driven, and only manual segments"
                    + " can be filled: give another \"segment-id\" or \"segment\"");
        }
    }

    /**
     * A call about a segment failed.
     *
     * @throws HeldException if the segment is not there
     * @throws HttpOperationFailedException else, what it failed with
     */
    public void failed(String segment, HttpOperationFailedException answer) throws HttpOperationFailedException {
        if (answer.getStatusCode() != 404) {
            throw answer;
        }
        throw new HeldException(
                "held: Customer.io has no segment " + segment
                        + " (deleted, or in another workspace): put it back, or give the list another name here; then accept-change?as=resync fills a new one");
    }

    /**
     * The segment of the link's name; empty: there is none. One that bears this link's mark is ours if one was asked for and
     * nobody heard what came of it.
     *
     * @param answer of {@code GET /segments}
     * @throws HeldException if there is one that may not be filled
     */
    public Optional<String> find(Link link, byte[] answer) throws IOException {
        ListSettings wanted = list(link);
        boolean asked = lists.read(link).asked().isPresent();
        List<JsonNode> found = new ArrayList<>();
        JsonNode segments = answers.read(answer).path("segments");
        if (!segments.isArray()) {
            throw new IOException("Customer.io's answer has no \"segments\"");
        }
        segments.forEach(segment -> {
            if (segment.path("name").asText().equals(wanted.name())) {
                found.add(segment);
            }
        });
        Optional<JsonNode> ours = found.stream()
                .filter(segment -> asked && segment.path("description").asText().equals(mark(link)))
                .findFirst();
        if (ours.isEmpty() && !found.isEmpty()) {
            return Optional.of(adopted(wanted, found));
        }
        return ours.map(Segments::id);
    }

    private static String adopted(ListSettings wanted, List<JsonNode> found) {
        List<String> ids = found.stream().map(Segments::id).toList();
        if (!wanted.adopt()) {
            throw new HeldException("held: Customer.io has a segment \"" + wanted.name() + "\" already (id "
                    + String.join(", ", ids) + "), and its members are not ours: \"if-exists: adopt\" or \"segment-id\""
                    + " fills it all the same");
        }
        if (ids.size() > 1) {
            throw new HeldException("held: Customer.io has several segments \"" + wanted.name() + "\" (ids "
                    + String.join(", ", ids) + "): say which by \"segment-id\"");
        }
        manual(found.get(0), ids.get(0));
        return ids.get(0);
    }

    /** The body of {@code POST /segments}. */
    public byte[] creation(Link link) throws IOException {
        return json.writeValueAsBytes(
                Map.of("segment", Map.of("name", list(link).name(), "description", mark(link))));
    }

    /** The number of the segment that was created. */
    public String created(byte[] answer) throws IOException {
        return id(answers.read(answer).path("segment"));
    }

    /** Segments tell nothing of when they were made; a description is the one thing that can say by whom. */
    private String mark(Link link) {
        byte[] whose = (installation.id() + '\0' + link.id()).getBytes(StandardCharsets.UTF_8);
        return "Filled by cohort-sync (" + link.name() + ", " + UUID.nameUUIDFromBytes(whose) + ")";
    }

    private static String id(JsonNode segment) {
        String id = segment.path("id").asText();
        if (!id.matches("[1-9]\\d{0,9}")) {
            throw new HeldException("held: Customer.io's answer names no segment id");
        }
        return id;
    }

    private static ListSettings list(Link link) {
        return link.settings().list().orElseThrow();
    }
}
