package io.cohortsync.config;

import java.time.ZoneId;
import java.util.Map;
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
        DataSize diffMemory) {}
