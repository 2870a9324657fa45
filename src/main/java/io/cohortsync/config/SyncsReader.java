package io.cohortsync.config;

import io.cohortsync.config.From.Cohort;
import io.cohortsync.schedule.Schedule;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the section {@code syncs}; a sync with several cohorts becomes one sync for each. */
final class SyncsReader {

    private final FromReader froms;
    private final LinksReader links;
    private final ScheduleReader schedules;
    private final Schedule defaultSchedule;
    private final GuardSettings defaultGuard;

    /** Where each name was first used. */
    private final Map<String, String> names = new HashMap<>();

    private final Map<String, SyncSettings> syncs = new LinkedHashMap<>();

    /** @param defaults what {@code defaults} says, for every sync that does not say otherwise */
    SyncsReader(
            Declared<SourceSettings> sources,
            Declared<TargetSettings> targets,
            ScheduleReader schedules,
            Node defaults) {
        this.froms = new FromReader(sources);
        this.links = new LinksReader(targets);
        this.schedules = schedules;
        if (defaults.readableAsSection()) {
            defaults.acceptOnly(Keys.DEFAULTS);
        }
        this.defaultSchedule = schedules.read(defaults.child("schedule")).orElse(ScheduleReader.DEFAULT);
        this.defaultGuard = GuardReader.read(defaults.child("guard"), GuardSettings.DEFAULT);
    }

    /** By name; those with mistakes may be missing. */
    Map<String, SyncSettings> read(Node node) {
        node.named().forEach(this::sync);
        return syncs;
    }

    private void sync(String name, Node node) {
        if (!Names.check(name, node) | !node.readableAsSection()) {
            return;
        }
        node.acceptOnly(Keys.SYNC);
        boolean enabled = Scalar.of(node.child("enabled")).flag().orElse(true);
        GuardSettings guard = GuardReader.read(node.child("guard"), defaultGuard);
        From from = froms.read(name, node.child("from"));
        Schedule schedule = schedules.read(node.child("schedule"), from).orElse(defaultSchedule);
        if (from.pushed() && schedule instanceof Schedule.Once) {
            node.child("schedule")
                    .problem("once is for cohorts that are read as a whole: of one that is pushed nobody knows when all"
                            + " of it has come. Accepted: on-change, or how often");
        }
        for (Cohort cohort : from.cohorts()) {
            String other = names.putIfAbsent(cohort.sync(), node.path());
            if (other != null) {
                node.problem(
                        "makes a sync named \"" + cohort.sync() + "\", and so does " + other + ": rename one of them");
            }
            List<LinkSettings> to = links.read(node.child("to"), from, cohort);
            Optional<SyncSettings> read = from.source()
                    .flatMap(source -> cohort.cohort()
                            .map(text -> new SyncSettings(
                                    cohort.sync(),
                                    source,
                                    text,
                                    cohort.id(),
                                    cohort.name(),
                                    from.pushed(),
                                    from.staleAfter(),
                                    schedule,
                                    enabled,
                                    List.copyOf(to),
                                    guard)));
            read.ifPresent(sync -> syncs.put(sync.name(), sync));
        }
    }
}
