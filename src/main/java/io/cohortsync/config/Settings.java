package io.cohortsync.config;

import io.cohortsync.config.SourceSettings.AmplitudeSource;
import io.cohortsync.config.SourceSettings.Api;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import org.springframework.util.unit.DataSize;

/**
 * Everything the user configured under {@code cohort-sync}, checked, expanded and with every default filled in.
 *
 * @param timeZone the zone that calendar schedules are read in
 * @param sources by name, in the order of the file
 * @param targets by name, in the order of the file
 * @param syncs by name, in the order of the file; {@code cohorts} is already expanded into one sync each
 * @param sandbox whether the bundled stand-in for the vendors' APIs answers under {@code /sandbox}
 * @param demo whether the demo changes its own cohorts while it runs; only ever with the sandbox
 * @param security who may call the HTTP API
 * @param diffMemory what the indexes of the links compared together may take; beyond it they are compared part by part
 */
public record Settings(
        ZoneId timeZone,
        Map<String, SourceSettings> sources,
        Map<String, TargetSettings> targets,
        Map<String, SyncSettings> syncs,
        boolean sandbox,
        boolean demo,
        SecuritySettings security,
        DataSize diffMemory) {

    private static final String BEHIND = "target ";

    /** How the project that a target fills is called where projects are read, as sources are; no source is called so. */
    public static String behind(String target) {
        return BEHIND + target;
    }

    /**
     * A source, or the Amplitude project {@link #behind} a target, which is read with the target's keys. Its {@code name()}
     * is what counts towards the project's limits: a source that has the same key, or else the first target that has.
     */
    public Optional<SourceSettings> readable(String name) {
        return Optional.ofNullable(sources.get(name))
                .or(() -> Optional.of(name)
                        .filter(known -> known.startsWith(BEHIND))
                        .map(known -> targets.get(known.substring(BEHIND.length())))
                        .map(this::project));
    }

    private AmplitudeSource project(TargetSettings target) {
        Secret key = target.secrets().get("api-key");
        Optional<AmplitudeSource> source = sources.values().stream()
                .filter(AmplitudeSource.class::isInstance)
                .map(AmplitudeSource.class::cast)
                .filter(known -> known.account().filter(key::equals).isPresent())
                .findFirst();
        String first = targets.values().stream()
                .filter(other -> other.type().equals(target.type())
                        && key.equals(other.secrets().get("api-key")))
                .findFirst()
                .orElse(target)
                .name();
        return new AmplitudeSource(
                source.map(AmplitudeSource::name).orElse(behind(first)),
                true,
                Optional.of(new Api(
                        target.options().get("base-url"), key, target.secrets().get("secret-key"))),
                source.map(AmplitudeSource::monthlyDownloads).orElse(AmplitudeSource.DOWNLOADS_A_MONTH),
                source.map(AmplitudeSource::pollInterval).orElse(AmplitudeSource.POLL_INTERVAL),
                Optional.empty());
    }
}
