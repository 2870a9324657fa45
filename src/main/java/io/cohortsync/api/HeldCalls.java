package io.cohortsync.api;

import io.cohortsync.held.HeldPlan;
import io.cohortsync.held.HeldPlans;
import io.cohortsync.link.Link;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponseException;

/** What a person decides about held plans; {@code heldCalls} in the routes. */
@Component
public class HeldCalls {

    private static final Logger LOG = LoggerFactory.getLogger(HeldCalls.class);

    private final MeantLinks meantLinks;
    private final HeldPlans plans;

    HeldCalls(MeantLinks meantLinks, HeldPlans plans) {
        this.meantLinks = meantLinks;
        this.plans = plans;
    }

    /** A link and the plan that waits there. */
    private record Waiting(Link link, HeldPlan plan) {}

    /** What was decided about one link. */
    record Decided(String target, String plan, long enters, long exits) {}

    /** What was decided about a sync. */
    record Discarded(String sync, List<Decided> discarded) {}

    /**
     * Whoever is in the plan goes as soon as a snapshot still asks for it, whatever the guard says.
     *
     * @param plan null: whatever is held
     * @param target null: at all targets
     * @throws ErrorResponseException 404 for a sync or target that is not configured, 409 if it is disabled or no such
     *     plan is held
     */
    public void approve(String sync, String plan, String target) {
        List<Waiting> all = waiting(sync, Optional.ofNullable(plan), Optional.ofNullable(target));
        if (!plans.approve(ids(all))) {
            throw replaced(sync);
        }
        all.forEach(waiting -> LOG.info(
                "{}: plan {} is approved: {} enters and {} exits go with the next run, as far as they are still wanted",
                waiting.link().name(),
                waiting.plan().id(),
                waiting.plan().enters(),
                waiting.plan().exits()));
    }

    private static Map<Long, String> ids(List<Waiting> all) {
        return all.stream()
                .collect(Collectors.toMap(
                        waiting -> waiting.link().id(),
                        waiting -> waiting.plan().id()));
    }

    /** Whom the plan would remove stays; see {@link #approve} for the parameters. */
    Discarded discard(String sync, Optional<String> plan, Optional<String> target) {
        List<Waiting> all = waiting(sync, plan, target);
        all.stream().filter(waiting -> waiting.plan().exits() == 0).findFirst().ifPresent(enters -> {
            throw Problems.of(
                    HttpStatus.CONFLICT,
                    "Plan " + enters.plan().id() + " of " + enters.link().name()
                            + " holds enters only, and whoever is in the cohort stays wanted: approve it, or change the cohort");
        });
        if (!plans.discard(ids(all))) {
            throw replaced(sync);
        }
        all.forEach(waiting -> LOG.info(
                "{}: plan {} is discarded: the {} members it would have removed stay until they are in the cohort again",
                waiting.link().name(),
                waiting.plan().id(),
                waiting.plan().exits()));
        return new Discarded(
                sync,
                all.stream()
                        .map(waiting -> new Decided(
                                waiting.link().settings().target().name(),
                                waiting.plan().id(),
                                waiting.plan().enters(),
                                waiting.plan().exits()))
                        .toList());
    }

    private List<Waiting> waiting(String sync, Optional<String> plan, Optional<String> target) {
        List<Link> meant = meantLinks.of(sync, target);
        List<Waiting> all = meant.stream()
                .flatMap(link -> plans.of(link.id()).map(held -> new Waiting(link, held)).stream())
                .toList();
        if (all.isEmpty()) {
            throw Problems.of(
                    HttpStatus.CONFLICT,
                    "No plan of sync " + sync
                            + target.map(name -> " at target " + name).orElse("") + " is held"
                            + meant.stream()
                                    .flatMap(link -> link.identityChange().stream())
                                    .findFirst()
                                    .map(what -> ": it is its identity that changed (" + what
                                            + "), which POST /api/syncs/" + sync + "/accept-change decides")
                                    .orElse(""));
        }
        List<Waiting> named = all.stream()
                .filter(waiting -> plan.map(waiting.plan().id()::equals).orElse(true))
                .toList();
        if (named.isEmpty()) {
            throw Problems.of(
                    HttpStatus.CONFLICT,
                    "Plan " + plan.orElseThrow() + " of sync " + sync
                            + " is not held any more, or never was; held now: "
                            + all.stream()
                                    .map(waiting -> waiting.plan().id() + " ("
                                            + waiting.link().name() + ", "
                                            + waiting.plan().enters() + " enters, "
                                            + waiting.plan().exits() + " exits)")
                                    .collect(Collectors.joining(", ")));
        }
        return named;
    }

    private static ErrorResponseException replaced(String sync) {
        return Problems.of(
                HttpStatus.CONFLICT,
                "Nothing was decided: what is held was replaced this very moment; look at GET /api/syncs/" + sync
                        + " again");
    }
}
