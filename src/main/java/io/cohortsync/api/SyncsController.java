package io.cohortsync.api;

import io.cohortsync.api.SyncView.LinkView;
import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.delivery.DeadLetters;
import io.cohortsync.link.Link;
import io.cohortsync.link.Links;
import io.cohortsync.link.Renames;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.mirror.Mirror;
import io.cohortsync.mirror.MirrorCohort;
import io.cohortsync.run.Counts;
import io.cohortsync.run.RunStore;
import io.cohortsync.run.RunStore.LastRead;
import io.cohortsync.run.RunView;
import io.cohortsync.run.RunView.TargetView;
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
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/syncs}: the state of every sync and link; pause and resume. Running and planning are routes. */
@RestController
@RequestMapping("/api/syncs")
class SyncsController {

    private final Settings settings;
    private final Syncs syncs;
    private final Links links;
    private final Renames renames;
    private final RunStore runs;
    private final MembershipStore members;
    private final DeadLetters deadLetters;
    private final Mirror mirror;
    private final Clock clock;

    SyncsController(
            Settings settings,
            Syncs syncs,
            Links links,
            Renames renames,
            RunStore runs,
            MembershipStore members,
            DeadLetters deadLetters,
            Mirror mirror,
            Clock clock) {
        this.settings = settings;
        this.syncs = syncs;
        this.links = links;
        this.renames = renames;
        this.runs = runs;
        this.members = members;
        this.deadLetters = deadLetters;
        this.mirror = mirror;
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

    private SyncView pause(String sync, boolean paused) {
        SyncSettings wanted = Problems.known(settings.syncs(), sync, "sync");
        syncs.pause(sync, paused);
        return view(wanted);
    }

    private SyncView view(SyncSettings sync) {
        Syncs.Stored stored = syncs.read(sync.name());
        Optional<RunView> last =
                runs.latest(Optional.of(sync.name()), 1).stream().findFirst();
        Optional<Instant> event = Optional.of(sync)
                .filter(SyncSettings::pushed)
                .flatMap(pushed -> mirror.find(pushed.source().name(), pushed.cohort()))
                .map(MirrorCohort::lastEvent);
        return new SyncView(
                sync.name(),
                sync.source().name(),
                sync.cohort(),
                sync.enabled(),
                stored.paused(),
                last.map(RunView::state),
                last.flatMap(RunView::error),
                stored.lastSuccess(),
                nextRun(sync, stored),
                event,
                sync.staleAfter()
                        .map(after -> event.map(at -> at.plus(after).isBefore(clock.instant()))
                                .orElse(true)),
                sync.links().stream().map(link -> view(sync, link, last)).toList());
    }

    private Optional<Instant> nextRun(SyncSettings sync, Syncs.Stored stored) {
        boolean done =
                sync.schedule() instanceof Schedule.Once && stored.lastSuccess().isPresent();
        return stored.paused() || done || !sync.enabled() || !sync.source().enabled()
                ? Optional.empty()
                : Firings.of(sync.schedule(), sync.name()).nextDue(clock.instant());
    }

    private LinkView view(SyncSettings sync, LinkSettings settings, Optional<RunView> last) {
        Link link = links.stored(sync, settings);
        Instant now = clock.instant();
        Optional<LastRead> read = runs.lastRead(link.id());
        Optional<Counts> counts = read.map(LastRead::counts);
        Optional<TargetView> lastPart = last.stream()
                .flatMap(run -> run.targets().stream())
                .filter(part -> part.target().equals(settings.target().name()))
                .findFirst();
        return new LinkView(
                settings.target().name(),
                settings.enabled() && settings.target().enabled(),
                lastPart.map(TargetView::state)
                        .or(() -> last.map(RunView::state))
                        .orElse("new"),
                counts.map(c -> c.same() + c.settled() + c.enter()),
                link.acknowledged(),
                read.map(r -> r.counts().drift() + members.fallenDue(link.id(), r.startedAt(), now)),
                members.settled(link.id(), now),
                counts.map(Counts::held).orElse(0L),
                deadLetters.count(link.id()),
                link.identityChange(),
                renames.pinned(link),
                Optional.of(link.resyncAfter().isPresent()).filter(asked -> asked),
                lastPart.flatMap(TargetView::error));
    }
}
