package io.cohortsync.overview;

import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.delivery.DeadLetters;
import io.cohortsync.delivery.DeliveryStore;
import io.cohortsync.drift.VerifiedLinks;
import io.cohortsync.guard.Guard;
import io.cohortsync.held.HeldPlans;
import io.cohortsync.link.Link;
import io.cohortsync.link.Links;
import io.cohortsync.link.Renames;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.run.Counts;
import io.cohortsync.run.Quarantine;
import io.cohortsync.run.RunStore;
import io.cohortsync.run.RunStore.LastRead;
import io.cohortsync.run.RunView;
import io.cohortsync.run.Syncs;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Puts together from the state database how a sync and its links stand. */
@Component
public class SyncStates {

    private final Syncs syncs;
    private final Quarantine quarantine;
    private final Links links;
    private final RunStore runs;
    private final MembershipStore members;
    private final DeliveryStore deliveries;
    private final DeadLetters deadLetters;
    private final HeldPlans heldPlans;
    private final VerifiedLinks verified;
    private final Renames renames;
    private final Clock clock;

    SyncStates(
            Syncs syncs,
            Quarantine quarantine,
            Links links,
            RunStore runs,
            MembershipStore members,
            DeliveryStore deliveries,
            DeadLetters deadLetters,
            HeldPlans heldPlans,
            VerifiedLinks verified,
            Renames renames,
            Clock clock) {
        this.syncs = syncs;
        this.quarantine = quarantine;
        this.links = links;
        this.runs = runs;
        this.members = members;
        this.deliveries = deliveries;
        this.deadLetters = deadLetters;
        this.heldPlans = heldPlans;
        this.verified = verified;
        this.renames = renames;
        this.clock = clock;
    }

    /** How a sync stands now. */
    public SyncState of(SyncSettings sync) {
        Syncs.Stored stored = syncs.read(sync.name());
        Optional<RunView> last =
                runs.latest(Optional.of(sync.name()), 1).stream().findFirst();
        return new SyncState(
                sync.name(),
                stored.paused(),
                last.map(RunView::state),
                last.flatMap(RunView::error),
                stored.lastSuccess(),
                quarantine.of(sync.name()),
                sync.links().stream().map(link -> of(sync, link, last)).toList());
    }

    /** What a person has said of a changed identity, in words, until the next run goes by it. */
    private static Optional<String> accepted(Link link, Optional<LastRead> read) {
        return link.identityChange().isPresent()
                ? Optional.empty()
                : read.flatMap(LastRead::error)
                        .filter(Guard::saysToAcceptTheChange)
                        .map(why -> "the changed identity is accepted, or put back; the next run goes by that");
    }

    private LinkState of(SyncSettings sync, LinkSettings settings, Optional<RunView> last) {
        Link link = links.stored(sync, settings);
        Instant now = clock.instant();
        Optional<LastRead> read = runs.lastRead(link.id());
        Optional<Counts> counts = read.map(LastRead::counts);
        // What a person has decided of is held no longer, whatever the last run's books say.
        Optional<String> decided = heldPlans.decided(link.id()).or(() -> accepted(link, read));
        long held = decided.isPresent() ? 0 : counts.map(Counts::held).orElse(0L);
        // A run that never got as far speaks for all links; one of other links says nothing of this one.
        Optional<RunView> unread = last.filter(run -> run.targets().isEmpty());
        return new LinkState(
                settings.target().name(),
                settings.inUse(),
                unread.map(RunView::state).or(() -> read.map(LastRead::state)).orElse("new"),
                counts.map(c -> c.same() + c.settled() + c.enter()),
                link.acknowledged(),
                deliveries.doubts(link.id()).size(),
                read.map(r -> r.counts().drift() + members.fallenDue(link.id(), r.startedAt(), now)),
                members.settled(link.id(), now),
                held,
                read.flatMap(LastRead::error).filter(why -> held > 0),
                heldPlans.of(link.id()),
                heldPlans.kept(link.id()),
                deadLetters.count(link.id()),
                verified.last(link),
                link.identityChange(),
                renames.pinned(link),
                link.resyncAfter().isPresent() ? Optional.of(true) : Optional.empty(),
                decided.isPresent() ? Optional.of(true) : Optional.empty(),
                decided.or(() -> unread.isPresent() ? Optional.empty() : read.flatMap(LastRead::error)));
    }
}
