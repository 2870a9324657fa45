package io.cohortsync.run;

import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.mirror.Mirror;
import io.cohortsync.mirror.MirrorCohort;
import io.cohortsync.schedule.Schedule;
import io.cohortsync.source.MirrorSnapshots;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** Tells which syncs have a reason to run because what was pushed has changed; {@code pushNews} in the routes. */
@Component
public class PushNews {

    private static final Logger LOG = LoggerFactory.getLogger(PushNews.class);

    private static final Duration AFTER_A_FAILURE = Duration.ofSeconds(10);

    private final Settings settings;
    private final Mirror mirror;
    private final SourceNews news;
    private final Syncs syncs;
    private final RunStore runs;
    private final Quarantine quarantine;
    private final Clock clock;
    private final List<SyncSettings> onChange;

    /** The version of a sync's cohort that a run was last begun for on this node. */
    private final Map<String, Long> begun = new ConcurrentHashMap<>();

    PushNews(
            Settings settings,
            Mirror mirror,
            SourceNews news,
            Syncs syncs,
            RunStore runs,
            Quarantine quarantine,
            Clock clock) {
        this.settings = settings;
        this.mirror = mirror;
        this.news = news;
        this.syncs = syncs;
        this.runs = runs;
        this.quarantine = quarantine;
        this.clock = clock;
        this.onChange = settings.syncs().values().stream()
                .filter(sync -> sync.inUse() && sync.schedule() instanceof Schedule.OnChange)
                .toList();
    }

    /** The syncs with {@code schedule: on-change} whose cohort has changed since this was asked last. */
    public List<String> changed() {
        if (onChange.isEmpty()) {
            return List.of();
        }
        try {
            Map<List<String>, MirrorCohort> cohorts = mirror.cohorts().stream()
                    .collect(Collectors.toMap(c -> List.of(c.source(), c.cohort()), Function.identity()));
            return onChange.stream()
                    .filter(sync -> hasChanged(
                            sync,
                            Optional.ofNullable(
                                    cohorts.get(List.of(sync.source().name(), sync.cohort())))))
                    .map(SyncSettings::name)
                    .toList();
        } catch (DataAccessException e) {
            LOG.debug("whether pushed cohorts changed cannot be told while the state database does not answer", e);
            return List.of();
        }
    }

    private boolean hasChanged(SyncSettings sync, Optional<MirrorCohort> cohort) {
        if (cohort.isEmpty()
                || cohort.get().version() == begun.getOrDefault(sync.name(), -1L)
                || syncs.whyNot(sync.name()).isPresent()) {
            return false;
        }
        if (isUnderWayOrJustFailed(sync) || isQuarantined(sync)) {
            return false;
        }
        boolean changed = news.isNew(sync, MirrorSnapshots.state(cohort.get()));
        begun.put(sync.name(), cohort.get().version());
        return changed;
    }

    private boolean isQuarantined(SyncSettings sync) {
        return quarantine
                .of(sync.name())
                .filter(slowed -> slowed.nextTry().isAfter(clock.instant()))
                .isPresent();
    }

    /** What could not be delivered a moment ago would, for every event, be read and tried again as a whole. */
    private boolean isUnderWayOrJustFailed(SyncSettings sync) {
        return runs.latest(Optional.of(sync.name()), 1).stream()
                .filter(run -> !run.state().equals(RunState.SUCCEEDED.word()))
                .anyMatch(run -> run.finishedAt()
                        .map(at -> at.plus(AFTER_A_FAILURE).isAfter(clock.instant()))
                        .orElse(true));
    }

    /** Whether a sync whose time has come has a reason to run; one that asks its source always has. */
    public boolean isDue(String name) {
        SyncSettings sync = settings.syncs().get(name);
        // Beginning the run says so of one that is not configured.
        if (sync == null || !sync.pushed()) {
            return true;
        }
        try {
            return mirror.find(sync.source().name(), sync.cohort())
                    .filter(cohort -> news.isNew(sync, MirrorSnapshots.state(cohort)))
                    .isPresent();
        } catch (DataAccessException e) {
            // Beginning the run finds out more.
            return true;
        }
    }
}
