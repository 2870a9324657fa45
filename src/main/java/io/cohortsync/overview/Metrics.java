package io.cohortsync.overview;

import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.drift.Verified;
import io.cohortsync.run.LinkEnded;
import io.cohortsync.run.Outcome;
import io.cohortsync.run.RunEnded;
import io.cohortsync.target.Targets.Condition;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** The numbers of every sync, link and target for Prometheus, as {@code cohort_sync_...}; what cannot be told is NaN. */
@Component
class Metrics implements MeterBinder {

    private static final String PREFIX = "cohort.sync.";
    private static final String SYNC = "sync";
    private static final String TARGET = "target";

    private record Number<T>(String name, String meaning, ToDoubleFunction<T> value) {}

    private static final List<Number<LinkState>> OF_LINKS = List.of(
            new Number<>("desired", "members that the last complete snapshot wants there", l -> orNaN(l.desired())),
            new Number<>("acknowledged", "members that the target is known to hold", LinkState::acknowledged),
            new Number<>("in.doubt", "members of whom something was sent and not answered", LinkState::inDoubt),
            new Number<>("drift", "changes neither acknowledged nor settled", l -> orNaN(l.drift())),
            new Number<>("settled", "members turned down and not due for another try", LinkState::settled),
            new Number<>("held", "changes that wait for a person", LinkState::held),
            new Number<>("kept", "members that stay because a plan was discarded", LinkState::kept),
            new Number<>(
                    "changed",
                    "1: held, because what it is filled under has changed",
                    l -> flag(l.changed().isPresent())),
            new Number<>(
                    "missing",
                    "acknowledged members that the target did not hold when it was last asked",
                    l -> orNaN(l.verified().map(Verified::missing))),
            new Number<>("dead.letters", "changes that the target refuses", LinkState::deadLetters));

    private static final List<Number<SyncState>> OF_SYNCS = List.of(
            new Number<>("paused", "1: paused by a person", s -> flag(s.paused())),
            new Number<>(
                    "quarantined",
                    "1: slowed after repeated failure",
                    s -> flag(s.quarantined().isPresent())),
            new Number<>(
                    "last.success.timestamp.seconds",
                    "when a run last succeeded",
                    s -> orNaN(s.lastSuccess().map(Instant::getEpochSecond))));

    private static final List<Number<Condition>> OF_TARGETS = List.of(
            new Number<>("target.paused", "1: paused by a person", t -> flag(t.paused())),
            new Number<>(
                    "target.stopped",
                    "1: stopped, because it refuses what is sent",
                    t -> flag(t.stopped().isPresent())));

    private final Settings settings;
    private final Overview overview;
    private final MeterRegistry registry;

    Metrics(Settings settings, Overview overview, MeterRegistry registry) {
        this.settings = settings;
        this.overview = overview;
        this.registry = registry;
    }

    private static double orNaN(Optional<Long> value) {
        return value.map(Long::doubleValue).orElse(Double.NaN);
    }

    private static double flag(boolean set) {
        return set ? 1 : 0;
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        for (SyncSettings sync : settings.syncs().values()) {
            if (sync.inUse()) {
                bind(meters, OF_SYNCS, Tags.of(SYNC, sync.name()), () -> overview.sync(sync.name()));
                for (LinkSettings link : sync.links()) {
                    String target = link.target().name();
                    Tags tags = Tags.of(SYNC, sync.name(), TARGET, target);
                    bind(meters, OF_LINKS, tags, () -> overview.link(sync.name(), target));
                }
            }
        }
        for (String target : settings.targets().keySet()) {
            bind(meters, OF_TARGETS, Tags.of(TARGET, target), () -> overview.target(target));
        }
    }

    private static <T> void bind(
            MeterRegistry meters, List<Number<T>> numbers, Tags tags, Supplier<Optional<T>> state) {
        for (Number<T> number : numbers) {
            Gauge.builder(
                            PREFIX + number.name(),
                            () -> state.get()
                                    .map(known -> number.value().applyAsDouble(known))
                                    .orElse(Double.NaN))
                    .description(number.meaning())
                    .tags(tags)
                    .register(meters);
        }
    }

    /** Counts what became of a link's changes in a run of this node. */
    @EventListener
    void count(LinkEnded ended) {
        for (Outcome outcome : Outcome.values()) {
            long changes = ended.counts().of(outcome);
            if (changes > 0) {
                Tags tags = Tags.of(SYNC, ended.sync(), TARGET, ended.target(), "outcome", outcome.word());
                registry.counter(PREFIX + "changes", tags).increment(changes);
            }
        }
    }

    /** Counts a run of this node. */
    @EventListener
    void count(RunEnded ended) {
        Tags tags = Tags.of(SYNC, ended.sync(), "state", ended.state().word());
        registry.counter(PREFIX + "runs", tags).increment();
    }
}
