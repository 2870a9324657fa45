package io.cohortsync.guard;

import io.cohortsync.config.GuardSettings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.diff.LinkPlan;
import io.cohortsync.diff.ReadCounts;
import io.cohortsync.guard.Cleared.Part;
import io.cohortsync.held.Prints;
import io.cohortsync.link.Link;
import io.cohortsync.membership.Standing;
import io.cohortsync.state.StoredTime;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Looks at every plan before its first change is sent, and holds what looks like an accident; {@code guard} in the routes. */
@Component
public class Guard {

    private static final String ACCEPT_CHANGE = "/accept-change?target=";

    private final JdbcClient jdbc;
    private final Clock clock;

    Guard(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** Decides what of a plan may be sent. */
    public Cleared check(SyncSettings sync, LinkPlan plan) {
        ReadCounts counts = plan.counts();
        Optional<String> changed = plan.link()
                .identityChange()
                .map(what -> "held, because " + what + (plan.link().acceptable() ? ways(sync, plan.link()) : ""));
        if (changed.isPresent()) {
            return new Cleared(
                    plan,
                    Part.held(counts.enter(), changed.get()),
                    Part.held(counts.exit(), changed.get()),
                    Optional.empty(),
                    Optional.empty());
        }
        if (counts.isMostlyInvalid()) {
            return new Cleared(
                    plan,
                    Part.NOTHING,
                    Part.NOTHING,
                    Optional.of(words(
                            "%,d of %,d records are invalid: the snapshot is not taken for complete, and nothing was sent",
                            counts.invalid(), counts.read())),
                    Optional.empty());
        }
        Part enters = enters(sync.guard(), plan);
        Part exits = exits(sync.guard(), plan);
        return new Cleared(plan, enters, exits, Optional.empty(), planId(plan, enters, exits));
    }

    /** Whether what a run left undone waits for a person to accept a changed identity. */
    public static boolean saysToAcceptTheChange(String why) {
        return why.contains(ACCEPT_CHANGE);
    }

    private static String ways(SyncSettings sync, Link link) {
        return ": what is acknowledged was filled under the former; put it back, or POST /api/syncs/" + sync.name()
                + ACCEPT_CHANGE + link.settings().target().name()
                + "&as=keep (the members are there all the same), resync (all are sent), move (they are added here and"
                + " removed there, if it can still be reached) or rebaseline (the snapshot is taken for what is there)";
    }

    private Part enters(GuardSettings guard, LinkPlan plan) {
        Prints mayEnter = plan.decisions().mayEnter();
        Prints again = sentAgain(plan);
        LongPredicate passes = print -> mayEnter.contains(print) || again.contains(print);
        long passing = mayEnter.isEmpty() && again.isEmpty()
                ? 0
                : plan.enterPrints().filter(passes).count();
        return part(
                plan.counts().enter(),
                passing,
                passes,
                entersHeld(guard, plan.link(), plan.counts().enter() - passing));
    }

    /** Whom a resync sends again is in already. */
    private static Prints sentAgain(LinkPlan plan) {
        if (plan.sentAgain() == 0) {
            return Prints.NONE;
        }
        LongStream.Builder again = LongStream.builder();
        plan.enters().forEachRemaining(change -> {
            if (change.stored() == Standing.ACKNOWLEDGED) {
                again.add(change.fingerprint());
            }
        });
        return Prints.of(again.build());
    }

    private Part exits(GuardSettings guard, LinkPlan plan) {
        Prints mayLeave = plan.decisions().mayLeave();
        long approved = mayLeave.count(leaving(plan));
        return part(
                plan.counts().exit(),
                approved,
                mayLeave::contains,
                exitsHeld(guard, plan, plan.counts().exit() - approved));
    }

    private static Part part(long changes, long passing, LongPredicate passes, Optional<String> why) {
        return why.map(words -> new Part(passing, changes - passing, why, passes))
                .orElseGet(() -> new Part(changes, 0, why, print -> true));
    }

    /** Of what is held; where nothing is, of the whole plan. */
    private static Optional<String> planId(LinkPlan plan, Part enters, Part exits) {
        if (plan.counts().enter() + plan.counts().exit() == 0) {
            return Optional.empty();
        }
        boolean all = enters.held() + exits.held() == 0;
        return Optional.of(PlanId.of(
                plan.link().id(),
                all ? plan.enterPrints() : enters.held(plan.enterPrints()),
                all ? leaving(plan) : exits.held(leaving(plan))));
    }

    /** Who leaves, without those who are kept. */
    static LongStream leaving(LinkPlan plan) {
        Prints kept = plan.decisions().kept();
        return plan.exitPrints().filter(print -> !kept.contains(print));
    }

    private Optional<String> entersHeld(GuardSettings guard, Link link, long enters) {
        if (enters <= 0) {
            return Optional.empty();
        }
        if (guard.holdFirstRun() && link.acknowledged() == 0) {
            return Optional.of(
                    words("%,d enters held: the first run waits for a person (guard.first-run: hold)", enters));
        }
        if (link.acknowledged() == 0 && guard.maxEnters() instanceof GuardSettings.Limit.Percent) {
            // A share of nobody says nothing; first-run does.
            return Optional.empty();
        }
        long most = guard.maxEnters().of(link.acknowledged());
        return enters <= most
                ? Optional.empty()
                : Optional.of(words("%,d enters held: at most %,d pass (guard.max-enters)", enters, most));
    }

    private Optional<String> exitsHeld(GuardSettings guard, LinkPlan plan, long leaving) {
        if (leaving == 0) {
            return Optional.empty();
        }
        if (plan.counts().desired() == 0 && !guard.allowEmpty()) {
            return Optional.of(words(
                    "%,d exits held: the snapshot is empty, which would remove everybody (guard.allow-empty: true lets it)",
                    leaving));
        }
        Window window = window(guard, plan.link());
        long exits = leaving + window.exits();
        long most = guard.maxExits().of(window.membersAtItsStart(plan.link().acknowledged()));
        if (exits <= most || exits <= guard.minExits()) {
            return Optional.empty();
        }
        return Optional.of(words(
                "%,d exits held: they would make %,d within %s, and %,d may pass (guard.max-exits)",
                leaving, exits, guard.window().toString().substring(2).toLowerCase(Locale.ROOT), most));
    }

    /**
     * What runs within the window had acknowledged, one way or the other.
     *
     * @param exits those that no person has approved
     * @param approved those that one has
     * @param enters how many were added
     */
    private record Window(long exits, long approved, long enters) {

        /** Of a link that nobody was in at its start, those who were added since: a share of nobody says nothing. */
        private long membersAtItsStart(long acknowledged) {
            long then = acknowledged + exits + approved - enters;
            return then > 0 ? then : acknowledged + exits;
        }
    }

    private Window window(GuardSettings guard, Link link) {
        return jdbc.sql("select coalesce(sum(exits - approved_exits), 0), coalesce(sum(approved_exits), 0),"
                        + " coalesce(sum(members - exits), 0) from delivery"
                        + " where link_id = ? and closed_at >= ? and outcome = 'accepted'")
                .params(link.id(), StoredTime.of(clock.instant().minus(guard.window())))
                .query((rs, i) -> new Window(rs.getLong(1), rs.getLong(2), rs.getLong(3)))
                .single();
    }

    private static String words(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
