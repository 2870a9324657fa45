package io.cohortsync.config;

import java.util.List;
import java.util.Map;

/** The keys the configuration may hold: the one place in Java that lists them. A target's options are its template's. */
final class Keys {

    static final String PREFIX = "cohort-sync";

    static final List<String> ROOT =
            List.of("time-zone", "defaults", "sources", "targets", "syncs", "sandbox", "security", "diff");
    static final List<String> DEFAULTS = List.of("schedule", "guard");
    static final List<String> SANDBOX = List.of("enabled", "demo");
    static final List<String> DIFF = List.of("memory");
    static final List<String> SECURITY = List.of("open");

    /** By source type. */
    static final Map<String, List<String>> SOURCE = Map.of(
            "file", List.of("type", "enabled", "directory"),
            "sql", List.of("type", "enabled", "url", "username", "password"),
            "amplitude",
                    List.of(
                            "type",
                            "enabled",
                            "region",
                            "base-url",
                            "api-key",
                            "secret-key",
                            "monthly-downloads",
                            "poll-interval",
                            "webhook-username",
                            "webhook-password",
                            "webhook-token"),
            "mixpanel",
                    List.of(
                            "type",
                            "enabled",
                            "region",
                            "base-url",
                            "username",
                            "secret",
                            "project-id",
                            "webhook-username",
                            "webhook-password"),
            "segment", List.of("type", "enabled", "shared-secret", "signature"));

    static final List<String> TARGET = List.of("type", "enabled");

    static final List<String> SYNC = List.of("from", "schedule", "to", "guard", "enabled");
    static final List<String> FROM =
            List.of("source", "cohort", "cohorts", "query", "cohort-name", "member-key", "via", "stale-after");
    static final List<String> SCHEDULE = List.of("daily");
    static final List<String> GUARD =
            List.of("max-exits", "min-exits", "window", "allow-empty", "max-enters", "first-run");

    static final List<String> TO = List.of("target", "member-key", "normalize", "on-rename", "enabled");
    /** What a {@code to} entry may hold besides, by the target's type. */
    static final Map<String, List<String>> TO_OF_TYPE = Map.of(
            "segment", List.of("trait", "integration", "integrations"),
            "amplitude-cohorts", List.of("cohort-name", "cohort-id", "owner", "id-type", "if-exists"),
            "customerio", List.of("segment", "segment-id", "id-type", "if-exists"));

    static final List<String> INTEGRATION = List.of("name", "version");

    private Keys() {}
}
