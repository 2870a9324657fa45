package io.cohortsync.api;

import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.diff.LinkPlan;
import io.cohortsync.link.Link;
import io.cohortsync.link.LinkChanges;
import io.cohortsync.link.SetAside;
import io.cohortsync.rebaseline.Numbers;
import io.cohortsync.rebaseline.Rebaselines;
import io.cohortsync.run.Run;
import io.cohortsync.run.RunStore;
import io.cohortsync.run.Runs;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.web.ErrorResponseException;

/** What the API's routes need that change what is known of a sync's links; {@code linkCalls} in the routes. */
@Component
public class LinkCalls {

    private static final List<String> WAYS = List.of("keep", "resync", "move", "rebaseline");

    private final Settings settings;
    private final SyncCalls syncCalls;
    private final MeantLinks meantLinks;
    private final TransactionOperations transactions;
    private final LinkChanges changes;
    private final SetAside setAside;
    private final Rebaselines rebaselines;
    private final Runs runs;
    private final RunStore history;

    LinkCalls(
            Settings settings,
            SyncCalls syncCalls,
            MeantLinks meantLinks,
            TransactionOperations transactions,
            LinkChanges changes,
            SetAside setAside,
            Rebaselines rebaselines,
            Runs runs,
            RunStore history) {
        this.settings = settings;
        this.syncCalls = syncCalls;
        this.meantLinks = meantLinks;
        this.transactions = transactions;
        this.changes = changes;
        this.setAside = setAside;
        this.rebaselines = rebaselines;
        this.runs = runs;
        this.history = history;
    }

    /** @param target null: all of them */
    private List<Link> meant(String sync, String target) {
        return meantLinks.of(sync, Optional.ofNullable(target));
    }

    private static void refuseChanged(String sync, List<Link> meant, String way) {
        meant.stream()
                .filter(link -> link.identityChange().isPresent())
                .findFirst()
                .ifPresent(link -> {
                    throw Problems.of(
                            HttpStatus.CONFLICT,
                            link.name() + " was filled under another configuration ("
                                    + link.identityChange().get() + "): POST /api/syncs/" + sync
                                    + "/accept-change?as=" + way + "&target="
                                    + link.settings().target().name());
                });
    }

    /** Has every acknowledged member sent again by the run that begins now. */
    public void resync(String sync, String target, String wait) {
        syncCalls.mayRun(sync, wait);
        List<Link> meant = meant(sync, target);
        refuseChanged(sync, meant, "resync");
        transactions.executeWithoutResult(tx -> meant.forEach(changes::resync));
    }

    /** The targets at which a rebaseline is made. */
    public List<String> rebaselined(String sync, String target, String forget) {
        syncCalls.mayPlan(sync);
        Problems.number("forget", forget);
        List<Link> meant = meant(sync, target);
        refuseChanged(sync, meant, "rebaseline");
        return targets(meant);
    }

    /** The targets at which a changed identity is accepted in one of the ways there are. */
    public List<String> changed(String sync, String target, String as, String wait, String forget) {
        syncCalls.mayRun(sync, wait);
        Problems.number("forget", forget);
        if (as == null || !WAYS.contains(as)) {
            throw Problems.of(
                    HttpStatus.BAD_REQUEST,
                    (as == null ? "as is missing" : "as is \"" + as + "\"") + "; accepted: " + String.join(", ", WAYS));
        }
        List<Link> changed = meant(sync, target).stream()
                .filter(link -> link.identityChange().isPresent())
                .toList();
        if (changed.isEmpty()) {
            throw Problems.of(
                    HttpStatus.CONFLICT,
                    "Nothing is to be accepted: " + sync + (target == null ? "" : " → " + target)
                            + " is configured as it was when it was filled");
        }
        return targets(changed);
    }

    private static List<String> targets(List<Link> links) {
        return links.stream().map(link -> link.settings().target().name()).toList();
    }

    /** Accepts the changed identity of all of these links of a sync, or of none; a rebaseline is a run's matter. */
    public void accept(String sync, Collection<String> targets, String as) {
        transactions.executeWithoutResult(tx -> acceptAll(sync, targets, as));
    }

    private void acceptAll(String sync, Collection<String> targets, String as) {
        SyncSettings known = settings.syncs().get(sync);
        List<Link> changed = meant(sync, null).stream()
                .filter(link -> targets.contains(link.settings().target().name()))
                .filter(link -> link.identityChange().isPresent())
                .toList();
        if (as.equals("move")) {
            changed.forEach(link -> setAside.cannotMove(known, link).ifPresent(why -> {
                throw Problems.of(
                        HttpStatus.CONFLICT,
                        link.name() + " cannot be moved: " + why + "; accepted: keep, resync, rebaseline");
            }));
            changed.forEach(link -> setAside.move(
                    known,
                    link,
                    "its members are moved, because " + link.identityChange().orElseThrow()));
            return;
        }
        changed.forEach(link -> {
            if (as.equals("resync")) {
                changes.keepAndResync(known, link);
            } else {
                changes.keep(known, link);
            }
        });
    }

    /** What was kept. */
    public Answer kept(String sync, Collection<String> targets) {
        return Answer.json(200, Map.of("sync", sync, "kept", targets));
    }

    /**
     * Says what a rebaseline would do.
     *
     * @throws ErrorResponseException always: 409 with the numbers
     */
    public void refuse(List<LinkPlan> plans, Collection<String> targets) {
        throw otherNumber(rebaselines.count(plans, targets));
    }

    static ErrorResponseException otherNumber(Numbers numbers) {
        return Problems.of(
                HttpStatus.CONFLICT,
                String.format(
                        Locale.ROOT,
                        "Nothing was changed. The rebaseline would take %,d members of the snapshot for acknowledged and"
                                + " forget %,d known members, who stay at the target: repeat it with forget=%d",
                        numbers.adopt(),
                        numbers.forget(),
                        numbers.forget()),
                Map.of("adopt", numbers.adopt(), "forget", numbers.forget()));
    }

    /** @throws ErrorResponseException 409 if no run began */
    public Runs.Beginning beginAlone(String sync) {
        Runs.Beginning beginning = runs.beginAlone(settings.syncs().get(sync));
        if (!beginning.isBegun()) {
            throw Problems.of(HttpStatus.CONFLICT, "Nothing was changed: " + beginning.why());
        }
        return beginning;
    }

    /** A run that has ended. */
    public Answer ended(Run run) {
        return Answer.json(200, history.find(run.id()).orElseThrow());
    }
}
