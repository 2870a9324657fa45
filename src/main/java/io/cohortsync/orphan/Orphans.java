package io.cohortsync.orphan;

import io.cohortsync.config.GuardSettings;
import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.delivery.DeliveryStore;
import io.cohortsync.link.OrphanLinks;
import io.cohortsync.link.OrphanLinks.OrphanLink;
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

    private static final String APPROVED = "approved";
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
        boolean waits = isHeld(orphan);
        Optional<String> plan = Optional.of(plan(orphan)).filter(id -> waits && unreachable.isEmpty());
        String calls = "POST /api/orphans/" + orphan.id();
        String removal = calls + "/remove-members"
                + plan.map(id -> "?plan=" + id).orElse("") + ": the target is sent their exits";
        return new Orphan(
                orphan.id(),
                orphan.formerSync(),
                orphan.target(),
                links.words(orphan),
                orphan.acknowledged(),
                inDoubt(orphan),
                orphan.since(),
                orphan.setAside().orElse("the sync or this target of it left the configuration"),
                orphan.removal().map(asked -> waits ? "waits for approval" : "under way"),
                unreachable,
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

    private static String plan(OrphanLink orphan) {
        return Integer.toHexString(Objects.hash(orphan.id(), orphan.acknowledged(), orphan.since()));
    }

    private GuardSettings guard(OrphanLink orphan) {
        return Optional.ofNullable(settings.syncs().get(orphan.formerSync()))
                .map(SyncSettings::guard)
                .orElse(GuardSettings.DEFAULT)
                .mayEmpty();
    }

    /** Whether the guard would hold the removal of so many. */
    private boolean isHeld(OrphanLink orphan) {
        GuardSettings guard = guard(orphan);
        long exits = orphan.acknowledged() + inDoubt(orphan);
        boolean approved = orphan.removal().filter(APPROVED::equals).isPresent();
        return !approved && exits > guard.minExits() && exits > guard.maxExits().of(exits);
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
        links.remove(
                orphan, approved || orphan.removal().filter(APPROVED::equals).isPresent());
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
        return links.all().stream()
                .filter(orphan -> orphan.removal().isPresent())
                .filter(orphan -> isDue(orphan) && !isHeld(orphan))
                .filter(orphan -> links.unreachable(orphan).isEmpty())
                .map(OrphanLink::id)
                .toList();
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
        boolean approved = orphan.removal().filter(APPROVED::equals).isPresent();
        Runs.Beginning beginning =
                runs.beginAlone(links.removing(orphan, approved ? GuardSettings.off() : guard(orphan)));
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
