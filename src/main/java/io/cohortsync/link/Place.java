package io.cohortsync.link;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.LinkSettings.Integration;
import io.cohortsync.config.ListSettings;
import io.cohortsync.config.MemberKeyField;
import io.cohortsync.config.Normalize;
import io.cohortsync.config.OnRename;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.config.TargetSettings;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** How a link's target is written to, as stored: what it takes to remove its members when configuration no longer says it. */
record Place(Map<String, String> parts) {

    static Place of(SyncSettings sync, LinkSettings link) {
        Map<String, String> parts = new TreeMap<>();
        parts.put("cohort id", sync.cohortId());
        link.trait().ifPresent(trait -> parts.put("trait", trait));
        link.integration().ifPresent(integration -> {
            parts.put("integration", integration.name());
            parts.put("integration's version", integration.version());
        });
        link.integrations().ifPresent(json -> parts.put("integrations", json));
        link.list().ifPresent(list -> {
            list.id().ifPresent(id -> parts.put("list's id", id));
            parts.put("list's name", list.name());
            parts.put("adopt", Boolean.toString(list.adopt()));
            parts.put("id type", list.idType());
            list.owner().ifPresent(owner -> parts.put("owner", owner));
        });
        return new Place(parts);
    }

    /** As far as an identity tells it, for what was stored before places were. */
    static Place ofIdentity(Map<String, String> identity) {
        Map<String, String> parts = new TreeMap<>(identity);
        Optional.ofNullable(parts.remove("list"))
                .ifPresent(list -> parts.put(
                        list.startsWith("id ") ? "list's id" : "list's name",
                        list.replaceFirst("^id |^\"", "").replaceFirst("\"$", "")));
        return new Place(parts);
    }

    static Place read(ObjectMapper json, String stored) {
        try {
            return new Place(json.readValue(stored, new TypeReference<TreeMap<String, String>>() {}));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a link has a stored place that is no JSON", e);
        }
    }

    String write(ObjectMapper json) {
        try {
            return json.writeValueAsString(parts);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private Optional<String> part(String name) {
        return Optional.ofNullable(parts.get(name));
    }

    Optional<String> cohortId() {
        return part("cohort id");
    }

    private Optional<ListSettings> list() {
        return part("id type")
                .map(type -> new ListSettings(
                        part("list's id"),
                        part("list's name").orElse(""),
                        part("adopt").map(Boolean::parseBoolean).orElse(false),
                        type,
                        part("owner")));
    }

    /** A link that writes there; its members are known, so how their keys are read says nothing. */
    LinkSettings link(String sync, TargetSettings target) {
        return new LinkSettings(
                sync,
                target,
                true,
                new MemberKeyField.Named("member_key"),
                Normalize.NONE,
                OnRename.PIN,
                false,
                part("trait"),
                part("integration")
                        .map(name -> new Integration(
                                name, part("integration's version").orElse(""))),
                part("integrations"),
                list());
    }
}
