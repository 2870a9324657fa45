package io.cohortsync.guard;

import io.cohortsync.config.GuardSettings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.diff.LinkPlan;
import io.cohortsync.diff.ReadCounts;
import io.cohortsync.link.Link;
import io.cohortsync.state.StoredTime;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Looks at every plan before its first change is sent, and holds what looks like an accident; {@code guard} in the routes. */
@Component
public class Guard {

    private final JdbcClient jdbc;
    private final Clock clock;

    Guard(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** Decides what of a plan may be sent. */
    public Cleared check(SyncSettings sync, LinkPlan plan) {
        Optional<String> changed = plan.link()
                .identityChange()
                .map(what -> "held, because " + what + (plan.link().acceptable() ? ways(sync, plan.link()) : ""));
        return changed.isPresent()
                ? new Cleared(plan, changed, changed)
                : new Cleared(plan, entersHeld(sync.guard(), plan), exitsHeld(sync.guard(), plan));
    }

    private static String ways(SyncSettings sync, Link link) {
        return ": what is acknowledged was filled under the former; put it back, or POST /api/syncs/" + sync.name()
                + "/accept-change?target=" + link.settings().target().name()
                + "&as=keep (the members are there all the same), resync (all are sent), move (they are added here and"
                + " removed there) or rebaseline (the snapshot is taken for what is there)";
    }

    private Optional<String> entersHeld(GuardSettings guard, LinkPlan plan) {
        ReadCounts counts = plan.counts();
        if (counts.enter() == 0) {
            return Optional.empty();
        }
        if (guard.holdFirstRun() && plan.link().acknowledged() == 0) {
            return Optional.of(
                    words("%,d enters held: the first run waits for a person (guard.first-run: hold)", counts.enter()));
        }
        if (plan.link().resyncAfter().isPresent()) {
            // A person asked for that many.
            return Optional.empty();
        }
        if (plan.link().acknowledged() == 0 && guard.maxEnters() instanceof GuardSettings.Limit.Percent) {
            // A share of nobody says nothing; first-run does.
            return Optional.empty();
        }
        long most = guard.maxEnters().of(plan.link().acknowledged());
        return counts.enter() <= most
                ? Optional.empty()
                : Optional.of(words("%,d enters held: at most %,d pass (guard.max-enters)", counts.enter(), most));
    }

    private Optional<String> exitsHeld(GuardSettings guard, LinkPlan plan) {
        ReadCounts counts = plan.counts();
        if (counts.exit() == 0) {
            return Optional.empty();
        }
        if (counts.desired() == 0 && !guard.allowEmpty()) {
            return Optional.of(words(
                    "%,d exits held: the snapshot is empty, which would remove everybody (guard.allow-empty: true lets it)",
                    counts.exit()));
        }
        long before = exitsWithinWindow(guard, plan.link());
        long exits = counts.exit() + before;
        long most = guard.maxExits().of(plan.link().acknowledged() + before);
        if (exits <= most || exits <= guard.minExits()) {
            return Optional.empty();
        }
        return Optional.of(words(
                "%,d exits held: they would make %,d within %s, and %,d may pass (guard.max-exits)",
                counts.exit(), exits, guard.window().toString().substring(2).toLowerCase(Locale.ROOT), most));
    }

    /** Exits that runs within the window had acknowledged, one way or the other. */
    private long exitsWithinWindow(GuardSettings guard, Link link) {
        return jdbc.sql(
                        "select coalesce(sum(exits), 0) from delivery where link_id = ? and closed_at >= ? and outcome = 'accepted'")
                .params(link.id(), StoredTime.of(clock.instant().minus(guard.window())))
                .query(Long.class)
                .single();
    }

    private static String words(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
