package io.cohortsync.orphan;

import io.cohortsync.config.GuardSettings;
import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.delivery.DeliveryStore;
import io.cohortsync.link.OrphanLinks;
import io.cohortsync.link.OrphanLinks.OrphanLink;
import io.cohortsync.link.Removal;
import io.cohortsync.link.SetAside;
import io.cohortsync.run.RunState;
import io.cohortsync.run.RunStore;
import io.cohortsync.run.RunView;
import io.cohortsync.run.Runs;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** Says what orphans there are, and drops them, has them adopted, or has their members removed; {@code orphans} in the routes. */
@Component
public class Orphans {

    private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);

    private static final Duration AFTER_A_FAILURE = Duration.ofMinutes(5);

    /** Whom a target would not let go is due later. */
    private static final Duration AFTER_A_SUCCESS = Duration.ofHours(1);

    private final Settings settings;
    private final OrphanLinks links;
    private final SetAside setAside;
    private final DeliveryStore deliveries;
    private final Runs runs;
    private final RunStore history;
    private final Clock clock;

    Orphans(
            Settings settings,
            OrphanLinks links,
            SetAside setAside,
            DeliveryStore deliveries,
            Runs runs,
            RunStore history,
            Clock clock) {
        this.settings = settings;
        this.links = links;
        this.setAside = setAside;
        this.deliveries = deliveries;
        this.runs = runs;
        this.history = history;
        this.clock = clock;
    }

    @EventListener(ApplicationReadyEvent.class)
    void takeNote() {
        links.takeNote()
                .forEach(orphan -> LOG.warn(
                        "{} → {} left the configuration, and {} members stay at the target: GET /api/orphans says what can be done",
                        orphan.formerSync(),
                        orphan.target(),
                        orphan.acknowledged()));
    }

    /** All of them. */
    public List<Orphan> all() {
        return links.all().stream().map(this::view).toList();
    }

    /** One of them. */
    public Optional<Orphan> find(long id) {
        return link(id).map(this::view);
    }

    private Optional<OrphanLink> link(long id) {
        return links.all().stream().filter(orphan -> orphan.id() == id).findFirst();
    }

    private OrphanLink known(long id) {
        return link(id).orElseThrow(() -> new IllegalStateException("there is no orphan " + id + " any more"));
    }

    private Orphan view(OrphanLink orphan) {
        Optional<String> unreachable = links.unreachable(orphan);
        List<Wait> waits = waits(orphan);
        Optional<String> held = waits.stream().map(Wait::why).reduce((one, other) -> one + "; " + other);
        long inDoubt = inDoubt(orphan);
        Optional<String> plan = held.filter(why -> unreachable.isEmpty()).map(why -> plan(orphan, inDoubt, why));
        String calls = "POST /api/orphans/" + orphan.id();
        String removal = calls + "/remove-members"
                + plan.map(id -> "?plan=" + id).orElse("") + ": the target is sent their exits";
        return new Orphan(
                orphan.id(),
                orphan.formerSync(),
                orphan.target(),
                links.words(orphan),
                orphan.acknowledged(),
                inDoubt,
                orphan.since(),
                orphan.setAside().orElse("the sync or this target of it left the configuration"),
                orphan.removal()
                        .map(asked ->
                                waits.stream().findFirst().map(Wait::state).orElse("under way")),
                unreachable,
                held,
                plan,
                Stream.of(
                                unreachable.isPresent() ? Optional.<String>empty() : Optional.of(removal),
                                Optional.of(calls + "/drop?forget=" + orphan.acknowledged()
                                        + ": they are forgotten, and stay at the target"),
                                Optional.of(
                                        calls + "/adopt?as=<sync>: that sync's link of the target, if it knows nobody,"
                                                + " goes on from them"))
                        .flatMap(Optional::stream)
                        .toList());
    }

    private long inDoubt(OrphanLink orphan) {
        return deliveries.doubts(orphan.id()).size();
    }

    /** Of exactly what is shown with it: whom it is about, and why it waits. */
    private static String plan(OrphanLink orphan, long inDoubt, String held) {
        return Integer.toHexString(Objects.hash(orphan.id(), orphan.acknowledged(), orphan.since(), inDoubt, held));
    }

    private GuardSettings guard(OrphanLink orphan) {
        return Optional.ofNullable(settings.syncs().get(orphan.formerSync()))
                .map(SyncSettings::guard)
                .orElse(GuardSettings.DEFAULT);
    }

    private static boolean isApproved(OrphanLink orphan) {
        return orphan.removal().filter(Removal.APPROVED::equals).isPresent();
    }

    /** What a removal waits for, in a word and in more. */
    private record Wait(String state, String why) {}

    /** What its removal waits for, unless a person has approved it. */
    private List<Wait> waits(OrphanLink orphan) {
        return isApproved(orphan)
                ? List.of()
                : Stream.of(forApproval(orphan), forSuccessor(orphan))
                        .flatMap(Optional::stream)
                        .toList();
    }

    private Optional<Wait> forApproval(OrphanLink orphan) {
        GuardSettings guard = guard(orphan);
        long exits = orphan.acknowledged() + inDoubt(orphan);
        return exits > guard.minExits() && exits > guard.maxExits().of(exits)
                ? Optional.of(new Wait("waits for approval", "that is more than guard lets through"))
                : Optional.empty();
    }

    /** Removed before they are added elsewhere, or for an empty snapshot, its members would be nowhere. */
    private Optional<Wait> forSuccessor(OrphanLink orphan) {
        return links.successor(orphan)
                .filter(link -> !history.hasFilled(
                        link.id(),
                        orphan.since().orElse(Instant.EPOCH),
                        guard(orphan).allowEmpty()))
                .map(link -> new Wait(
                        "waits until " + link.name() + " is filled",
                        "no run of " + link.name()
                                + ", which took its place, has added members and all of them there yet"));
    }

    /**
     * Has an orphan's members removed, as soon as a run of it begins.
     *
     * @param approved whether a person has, however many they are
     * @return the name of that run's sync
     * @throws io.cohortsync.link.RunUnderWayException if its sync still runs
     */
    public String remove(long id, boolean approved) {
        OrphanLink orphan = known(id);
        if (!SetAside.isSetAside(orphan.sync())) {
            setAside.orphan(orphan.sync(), id);
        }
        links.remove(orphan, approved || isApproved(orphan) ? Removal.APPROVED : Removal.ASKED);
        return known(id).sync();
    }

    /** The orphans whose members are to be removed now; again after a while, if something was left. */
    public List<Long> toRemove() {
        try {
            return due();
        } catch (DataAccessException e) {
            LOG.debug("what is to be removed cannot be told while the state database does not answer", e);
            return List.of();
        }
    }

    private List<Long> due() {
        return links.toRemove().stream()
                .filter(orphan -> whyNot(orphan).isEmpty() && isDue(orphan))
                .map(OrphanLink::id)
                .toList();
    }

    private Optional<String> whyNot(OrphanLink orphan) {
        return orphan.removal().isEmpty()
                ? Optional.of("nobody asked for it any more")
                : waits(orphan).stream().map(Wait::why).findFirst().or(() -> links.unreachable(orphan));
    }

    private boolean isDue(OrphanLink orphan) {
        Optional<RunView> last =
                history.latest(Optional.of(orphan.sync()), 1).stream().findFirst();
        Duration pause = last.filter(run -> run.state().equals(RunState.SUCCEEDED.word()))
                .map(run -> AFTER_A_SUCCESS)
                .orElse(AFTER_A_FAILURE);
        Instant before = clock.instant().minus(pause);
        return last.map(run -> run.finishedAt().map(before::isAfter).orElseGet(() -> history.cutOff(run.id())))
                .orElse(true);
    }

    /** Begins the run that removes an orphan's members. */
    public Runs.Beginning begin(long id) {
        OrphanLink orphan = known(id);
        // What was true when it was found to be due may be so no longer.
        Optional<String> whyNot = whyNot(orphan);
        if (whyNot.isPresent()) {
            return Runs.Beginning.none(whyNot.get());
        }
        Runs.Beginning beginning = runs.beginAlone(links.removing(orphan));
        if (beginning.isBegun()) {
            LOG.info(
                    "{} → {}: the members of orphan {} are removed: {}",
                    orphan.formerSync(),
                    orphan.target(),
                    id,
                    String.format(Locale.ROOT, "%,d are acknowledged", orphan.acknowledged()));
        }
        return beginning;
    }

    /** A person has cancelled a run of this sync: if it removed an orphan's members, no other goes on with that. */
    public void cancelled(String sync) {
        if (SetAside.isSetAside(sync)) {
            links.keep(sync);
            LOG.info("{}: the removal is cancelled, its members stay until it is asked for again", sync);
        }
    }

    /** Forgets an orphan's members, who stay where they are. */
    public void drop(long id) {
        OrphanLink orphan = known(id);
        links.forget(orphan);
        LOG.info(
                "{} → {}: orphan {} is dropped, {} members are forgotten and stay at the target",
                orphan.formerSync(),
                orphan.target(),
                id,
                orphan.acknowledged());
    }

    /**
     * Makes an orphan's members those of a sync's link of the same target.
     *
     * @return false: that link knows somebody already, and nothing is changed
     */
    public boolean adopt(long id, SyncSettings sync, LinkSettings link) {
        OrphanLink orphan = known(id);
        boolean adopted = links.adopt(orphan, sync, link);
        if (adopted) {
            LOG.info(
                    "{} → {}: {} adopts orphan {} with {} members",
                    orphan.formerSync(),
                    orphan.target(),
                    sync.name(),
                    id,
                    orphan.acknowledged());
        }
        return adopted;
    }
}
