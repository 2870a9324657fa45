package io.cohortsync.link;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.config.Destination;
import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.Secret;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.config.TargetSettings;
import io.cohortsync.member.Fingerprint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.springframework.stereotype.Component;

/** What a link was filled under. If configuration says something else later, what is acknowledged is about other people or another place. */
@Component
class LinkIdentity {

    /** How the digest of a secret begins, which is stored and shown in its place. */
    private static final String DIGEST = "…";

    /**
     * The region is told by the address, a Customer.io workspace by its site id, Amplitude's project by its API key; who owns a new list, how ids are spelt, and
     * what is read how often, says nothing of whom it holds.
     */
    private static final Set<String> HOW_NOT_WHERE = Set.of(
            "retry-on",
            "region",
            "owner",
            "published",
            "amplitude-id-type",
            "secret-key",
            "secret",
            "tracking-api-key",
            "app-api-key",
            "app-base-url",
            "read-back",
            "look-first");

    /** The others say where a link writes. */
    private static final Set<String> WHOM =
            Set.of("source", "source's key", "cohort", "member key", "normalisation", "id type");

    private final ObjectMapper json;
    private final Fingerprint fingerprint;

    LinkIdentity(ObjectMapper json, Fingerprint fingerprint) {
        this.json = json;
        this.fingerprint = fingerprint;
    }

    /** The identity that configuration gives a link, as stored: JSON, secrets only as keyed fingerprints. */
    String of(SyncSettings sync, LinkSettings link) {
        try {
            return json.writeValueAsString(parts(sync, link));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What differs from a stored identity, old → new in words; empty: nothing. */
    Optional<String> change(String stored, SyncSettings sync, LinkSettings link) {
        return change(read(stored), parts(sync, link));
    }

    private Map<String, String> read(String stored) {
        try {
            return json.readValue(stored, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a link has a stored identity that is no JSON", e);
        }
    }

    private static Optional<String> change(Map<String, String> then, Map<String, String> now) {
        List<String> differences = new ArrayList<>();
        now.forEach((part, value) -> {
            String before = then.getOrDefault(part, "nothing");
            if (!before.equals(value)) {
                differences.add(
                        part + " was " + before + ", is " + value + (value.startsWith(DIGEST) ? " (digests)" : ""));
            }
        });
        return differences.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", differences));
    }

    /** Whether a link now writes somewhere else than under a stored identity: at another target, or another trait or list. */
    boolean isElsewhere(String stored, SyncSettings sync, LinkSettings link) {
        Map<String, String> place = parts(sync, link);
        place.keySet().removeAll(WHOM);
        return change(read(stored), place).isPresent();
    }

    /** Why the place of a stored identity cannot be reached through this target: what differs of it; empty: it can. */
    Optional<String> targetChange(String stored, TargetSettings target) {
        return change(read(stored), parts(target));
    }

    /** What a link with this identity has filled with whom, in words; its secrets are not told. */
    String words(String stored) {
        Map<String, String> parts = read(stored);
        String where = Optional.ofNullable(parts.get("trait"))
                .map(trait -> "trait \"" + trait + "\"")
                .or(() -> Optional.ofNullable(parts.get("list")).map(list -> "list " + list))
                .orElse(parts.getOrDefault("destination", "a target"));
        return where + ", with the cohort " + parts.getOrDefault("cohort", "of an unknown name") + " of "
                + parts.getOrDefault("source", "an unknown source") + ", by "
                + parts.getOrDefault("member key", "an unknown key");
    }

    /** The trait, the list and its type of ids, which suffice to write to most targets. */
    Map<String, String> place(String stored) {
        Map<String, String> parts = read(stored);
        parts.keySet().retainAll(Set.of("trait", "list", "id type"));
        return parts;
    }

    private String fingerprintOf(Secret secret) {
        return DIGEST + Long.toHexString(fingerprint.of(secret.value()));
    }

    private Map<String, String> parts(SyncSettings sync, LinkSettings link) {
        Map<String, String> parts = new TreeMap<>();
        parts.put(
                "source",
                sync.pushed()
                        ? "pushed to " + sync.source().name()
                        : sync.source().project());
        sync.source()
                .account()
                .filter(account -> !sync.pushed())
                .ifPresent(account -> parts.put("source's key", fingerprintOf(account)));
        parts.put("cohort", sync.cohort().strip().replaceAll("\\s+", " "));
        parts.put("member key", link.memberKey().words());
        parts.put("normalisation", link.normalize().name().toLowerCase(Locale.ROOT));
        link.trait().ifPresent(trait -> parts.put("trait", trait));
        link.list().ifPresent(list -> {
            parts.put("list", list.which());
            parts.put("id type", list.idType());
        });
        parts.putAll(parts(link.target()));
        return parts;
    }

    private Map<String, String> parts(TargetSettings target) {
        Map<String, String> parts = new TreeMap<>();
        parts.put("destination", target.type());
        target.secrets().forEach((name, secret) -> {
            if (!HOW_NOT_WHERE.contains(name) && !name.startsWith(Destination.HEADERS + ".")) {
                parts.put(name, fingerprintOf(secret));
            }
        });
        target.options().forEach((name, value) -> {
            if (!HOW_NOT_WHERE.contains(name)) {
                parts.put(name, value);
            }
        });
        return parts;
    }
}
