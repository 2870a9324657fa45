package io.cohortsync.rebaseline;

import io.cohortsync.delivery.DeliveryStore;
import io.cohortsync.delivery.LeaseLostException;
import io.cohortsync.diff.LinkPlan;
import io.cohortsync.diff.PlannedChange;
import io.cohortsync.diff.ReadCounts;
import io.cohortsync.held.HeldPlans;
import io.cohortsync.link.Link;
import io.cohortsync.link.LinkChanges;
import io.cohortsync.link.LinkVersions;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.membership.Standing;
import io.cohortsync.run.LinkEnds;
import io.cohortsync.run.Run;
import io.cohortsync.run.Runs;
import io.cohortsync.source.IncompleteSnapshotException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Adopts a snapshot as acknowledged without sending anything; {@code rebaselines} in the routes. */
@Component
public class Rebaselines {

    private static final Logger LOG = LoggerFactory.getLogger(Rebaselines.class);

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final LinkVersions versions;
    private final LinkChanges changes;
    private final MembershipStore members;
    private final DeliveryStore deliveries;
    private final HeldPlans heldPlans;
    private final Runs runs;
    private final LinkEnds ends;
    private final Clock clock;

    Rebaselines(
            JdbcClient jdbc,
            TransactionOperations transactions,
            LinkVersions versions,
            LinkChanges changes,
            MembershipStore members,
            DeliveryStore deliveries,
            HeldPlans heldPlans,
            Runs runs,
            LinkEnds ends,
            Clock clock) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.versions = versions;
        this.changes = changes;
        this.members = members;
        this.deliveries = deliveries;
        this.heldPlans = heldPlans;
        this.runs = runs;
        this.ends = ends;
        this.clock = clock;
    }

    /** The same run, of these targets alone: what it reads is not delivered to others. */
    public Run narrowed(Run run, Collection<String> targets) {
        List<Link> chosen = run.links().stream()
                .filter(link -> targets.contains(link.settings().target().name()))
                .toList();
        return new Run(run.id(), run.sync(), run.lease(), chosen, run.startedAt(), Optional.empty());
    }

    /**
     * What it would do at these targets.
     *
     * @throws NotAdoptableException if nothing may be sent to one of them
     * @throws IncompleteSnapshotException if most records are invalid for one of them
     */
    public Numbers count(List<LinkPlan> plans, Collection<String> targets) {
        return count(plans.stream()
                .filter(plan -> targets.contains(plan.link().settings().target().name()))
                .toList());
    }

    private static Numbers count(List<LinkPlan> plans) {
        plans.forEach(Rebaselines::check);
        return new Numbers(
                plans.stream().mapToLong(plan -> plan.counts().enter()).sum(),
                plans.stream().mapToLong(plan -> plan.counts().exit()).sum());
    }

    private static void check(LinkPlan plan) {
        if (!plan.link().acceptable()) {
            throw new NotAdoptableException(plan.link());
        }
        ReadCounts counts = plan.counts();
        if (counts.isMostlyInvalid()) {
            throw new IncompleteSnapshotException(String.format(
                    Locale.ROOT,
                    "%s: %,d of %,d records are invalid",
                    plan.link().name(),
                    counts.invalid(),
                    counts.read()));
        }
    }

    /**
     * Takes a complete snapshot for what the targets hold: all of it is stored, or nothing.
     *
     * @param forget how many known members may be forgotten
     * @throws OtherNumberException if they are more or less; nothing is changed
     * @throws NotAdoptableException as {@link #count}, likewise
     * @throws IncompleteSnapshotException as {@link #count}, likewise
     */
    public void adopt(Run run, List<LinkPlan> plans, long forget) {
        Numbers numbers = count(plans);
        if (numbers.forget() != forget) {
            throw new OtherNumberException(numbers, forget);
        }
        Map<Link, ReadCounts> adopted = new LinkedHashMap<>();
        plans.forEach(plan -> adopted.put(plan.link().kept(), plan.counts().adopted()));
        transactions.executeWithoutResult(tx -> {
            plans.stream()
                    .map(LinkPlan::link)
                    .filter(link -> link.identityChange().isPresent())
                    .forEach(link -> changes.keep(run.sync(), link));
            runs.passWall(run, adopted);
            plans.forEach(plan -> store(run, plan));
        });
        for (LinkPlan plan : plans) {
            plan.lostTrack();
            LOG.info(
                    "{}: {}",
                    plan.link().name(),
                    String.format(
                            Locale.ROOT,
                            "rebaselined: %,d members of the snapshot are taken for acknowledged, %,d known members are"
                                    + " forgotten, nothing was sent",
                            plan.counts().enter(),
                            plan.counts().exit()));
        }
        adopted.keySet().forEach(link -> ends.finish(run, link, Optional.empty()));
    }

    private void store(Run run, LinkPlan plan) {
        Link link = plan.link();
        Instant now = clock.instant();
        if (!versions.raise(link.id(), run.lease().token(), 0, true)) {
            throw new LeaseLostException(link.name());
        }
        LinkPlan.forEachSome(plan.enters(), some -> {
            Map<Boolean, List<PlannedChange>> parts =
                    some.stream().collect(Collectors.partitioningBy(change -> change.stored() == Standing.NONE));
            members.insert(link.id(), rows(run, parts.get(true)), now);
            members.update(link.id(), rows(run, parts.get(false)), now);
            known(link, some.size() - only(some, Standing.ACKNOWLEDGED).size());
        });
        LinkPlan.forEachSome(plan.exits(), some -> {
            members.delete(link.id(), rows(run, some));
            known(link, -only(some, Standing.ACKNOWLEDGED).size());
        });
        LinkPlan.forEachSome(plan.noLongerWanted(), some -> members.delete(link.id(), rows(run, some)));
        LinkPlan.forEachSome(plan.wantedAgain(), some -> members.keep(link.id(), rows(run, some)));
        deliveries.rebaselined(link.id(), now);
        heldPlans.forgetPlan(link.id());
        // Those of whom nothing is turned down any more.
        jdbc.sql("delete from dead_letter where link_id = ? and not exists (select 1 from membership m"
                        + " where m.link_id = dead_letter.link_id and m.fingerprint = dead_letter.fingerprint"
                        + " and m.member_key = dead_letter.member_key and (m.state <> 1 or m.next_try is not null))")
                .param(link.id())
                .update();
        jdbc.sql("update link set resync_after = null where id = ?")
                .param(link.id())
                .update();
    }

    private void known(Link link, long more) {
        jdbc.sql("update link set acknowledged = acknowledged + ? where id = ?")
                .params(more, link.id())
                .update();
    }

    private static List<PlannedChange> only(List<PlannedChange> changes, Standing stored) {
        return changes.stream().filter(change -> change.stored() == stored).toList();
    }

    private static List<Member> rows(Run run, List<PlannedChange> changes) {
        return changes.stream()
                .map(change -> new Member(
                        change.fingerprint(), change.key(), Standing.ACKNOWLEDGED, run.id(), 0, Optional.empty()))
                .toList();
    }
}
