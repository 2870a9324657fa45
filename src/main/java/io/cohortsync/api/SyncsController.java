package io.cohortsync.api;

import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.mirror.Mirror;
import io.cohortsync.mirror.MirrorCohort;
import io.cohortsync.overview.SyncState;
import io.cohortsync.overview.SyncStates;
import io.cohortsync.run.Syncs;
import io.cohortsync.schedule.Firings;
import io.cohortsync.schedule.Schedule;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/syncs}: the state of every sync and link; pause, resume, discard. What begins a run or reads is a route. */
@RestController
@RequestMapping("/api/syncs")
class SyncsController {

    private final Settings settings;
    private final Syncs syncs;
    private final SyncStates states;
    private final Mirror mirror;
    private final HeldCalls heldCalls;
    private final Clock clock;

    SyncsController(
            Settings settings, Syncs syncs, SyncStates states, Mirror mirror, HeldCalls heldCalls, Clock clock) {
        this.settings = settings;
        this.syncs = syncs;
        this.states = states;
        this.mirror = mirror;
        this.heldCalls = heldCalls;
        this.clock = clock;
    }

    @GetMapping
    List<SyncView> all() {
        return settings.syncs().values().stream().map(this::view).toList();
    }

    @GetMapping("/{sync}")
    SyncView one(@PathVariable String sync) {
        return view(Problems.known(settings.syncs(), sync, "sync"));
    }

    @PostMapping("/{sync}/pause")
    SyncView pause(@PathVariable String sync) {
        return pause(sync, true);
    }

    @PostMapping("/{sync}/resume")
    SyncView resume(@PathVariable String sync) {
        return pause(sync, false);
    }

    @PostMapping("/{sync}/discard")
    HeldCalls.Discarded discard(
            @PathVariable String sync, @RequestParam Optional<String> plan, @RequestParam Optional<String> target) {
        return heldCalls.discard(sync, plan, target);
    }

    private SyncView pause(String sync, boolean paused) {
        SyncSettings wanted = Problems.known(settings.syncs(), sync, "sync");
        syncs.pause(sync, paused);
        return view(wanted);
    }

    private SyncView view(SyncSettings sync) {
        SyncState state = states.of(sync);
        Optional<Instant> event = Optional.of(sync)
                .filter(SyncSettings::pushed)
                .flatMap(pushed -> mirror.find(pushed.source().name(), pushed.cohort()))
                .map(MirrorCohort::lastEvent);
        return new SyncView(
                sync.name(),
                sync.source().name(),
                sync.cohort(),
                sync.enabled(),
                state.paused(),
                state.lastRun(),
                state.error(),
                state.lastSuccess(),
                nextRun(sync, state),
                state.quarantined(),
                event,
                sync.staleAfter()
                        .map(after -> event.map(at -> at.plus(after).isBefore(clock.instant()))
                                .orElse(true)),
                state.links());
    }

    private Optional<Instant> nextRun(SyncSettings sync, SyncState state) {
        boolean done =
                sync.schedule() instanceof Schedule.Once && state.lastSuccess().isPresent();
        Instant now = clock.instant();
        // Nothing that falls due before is taken.
        Instant from = state.quarantined()
                .map(slowed -> slowed.nextTry().minusMillis(1))
                .filter(now::isBefore)
                .orElse(now);
        return state.paused() || done || !sync.inUse()
                ? Optional.empty()
                : Firings.of(sync.schedule(), sync.name()).nextDue(from);
    }
}
