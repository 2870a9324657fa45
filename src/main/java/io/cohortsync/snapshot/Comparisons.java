package io.cohortsync.snapshot;

import io.cohortsync.config.MemberKeyField;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.delivery.DeliveryStore;
import io.cohortsync.diff.Diff;
import io.cohortsync.diff.Doubt;
import io.cohortsync.diff.LinkPlan;
import io.cohortsync.held.Decisions;
import io.cohortsync.held.HeldPlans;
import io.cohortsync.link.Link;
import io.cohortsync.run.Halts;
import io.cohortsync.run.Run;
import io.cohortsync.run.SourceNews;
import io.cohortsync.source.Chunk;
import io.cohortsync.source.IncompleteSnapshotException;
import io.cohortsync.source.SnapshotReader;
import java.time.Clock;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Compares the snapshot of a sync with all of its links in one pass; {@code comparisons} in the routes. */
@Component
public class Comparisons {

    private static final Logger LOG = LoggerFactory.getLogger(Comparisons.class);

    private final Settings settings;
    private final SourceNews news;
    private final DeliveryStore deliveries;
    private final HeldPlans heldPlans;
    private final Diff diff;
    private final Halts halts;
    private final Clock clock;

    Comparisons(
            Settings settings,
            SourceNews news,
            DeliveryStore deliveries,
            HeldPlans heldPlans,
            Diff diff,
            Halts halts,
            Clock clock) {
        this.settings = settings;
        this.news = news;
        this.deliveries = deliveries;
        this.heldPlans = heldPlans;
        this.diff = diff;
        this.halts = halts;
        this.clock = clock;
    }

    /** For a run. */
    public Comparison ofRun(Run run) {
        return of(Optional.of(run), run.sync(), run.links());
    }

    /** For a plan, which sends and changes nothing. */
    public Comparison ofPlan(String sync) {
        SyncSettings wanted = settings.syncs().get(sync);
        return of(Optional.empty(), wanted, news.links(wanted));
    }

    private Comparison of(Optional<Run> run, SyncSettings sync, List<Link> links) {
        List<MemberKeyField> columns = links.stream()
                .map(link -> link.settings().memberKey())
                .distinct()
                .toList();
        Map<Link, Collection<Doubt>> doubts = new LinkedHashMap<>();
        Map<Link, Integer> columnOf = new LinkedHashMap<>();
        Map<Link, Decisions> decisions = new LinkedHashMap<>();
        for (Link link : links) {
            doubts.put(link, deliveries.doubts(link.id()));
            columnOf.put(link, columns.indexOf(link.settings().memberKey()));
            decisions.put(link, heldPlans.decisions(link.id()));
        }
        return new Comparison(run, sync, columns, diff.begin(doubts, columnOf, decisions, clock.instant()));
    }

    /** Takes the next records, unless the run was halted; should that fail, the snapshot is closed, or Camel would read on. */
    public void accept(Comparison comparison, SnapshotReader snapshot, Chunk chunk) {
        try {
            comparison.run().ifPresent(halts::mayGoOn);
            comparison.pass().accept(chunk);
        } catch (RuntimeException | Error e) {
            snapshot.close();
            throw e;
        }
    }

    /** The wall: what comes out of it may be sent. */
    public List<LinkPlan> complete(Comparison comparison, SnapshotReader snapshot) {
        if (!snapshot.complete()) {
            throw new IncompleteSnapshotException("the snapshot ended before its end was proved");
        }
        comparison.run().ifPresent(halts::mayGoOn);
        return comparison.pass().complete();
    }

    public void close(SnapshotReader snapshot) {
        snapshot.close();
    }

    /**
     * Gives back what comparing took; what came out of the wall is sent by now, or never will be.
     *
     * @param comparison null: none was begun
     */
    public void release(Comparison comparison) {
        if (comparison == null) {
            return;
        }
        try {
            comparison.pass().close();
        } catch (RuntimeException | Error e) {
            // The run has to be ended, and its lease to be given back, all the same.
            LOG.error(
                    "{}: not all that comparing took could be given back",
                    comparison.sync().name(),
                    e);
        }
    }
}
