package io.cohortsync.bench;

import io.cohortsync.diff.Diff;
import io.cohortsync.link.Link;
import io.cohortsync.state.DatabaseProduct;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * This product: the file through {@code FileSnapshots} and {@code Diff.Pass}, then every enter and exit. Warm: the link's
 * index is what the pass before left, as between two runs on one node. Cold: a new diff loads it, as after a start.
 */
final class OurDiff implements Contestant {

    private final State state;
    private final Cohort cohort;
    private final Path spools;
    private final boolean warm;
    private Diff kept;
    private Diff diff;

    OurDiff(State state, Cohort cohort, Path spools, boolean warm) {
        this.state = state;
        this.cohort = cohort;
        this.spools = spools;
        this.warm = warm;
    }

    @Override
    public String name() {
        return (warm ? "ours-warm-" : "ours-cold-") + state.product().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public Optional<DatabaseProduct> state() {
        return Optional.of(state.product());
    }

    @Override
    public void prepare(Churn churn) {
        if (!warm) {
            diff = state.diff(State.DIFF_MEMORY.toBytes(), spools);
        } else if (kept == null) {
            kept = state.diff(State.DIFF_MEMORY.toBytes(), spools);
            for (Churn each : Churn.values()) {
                state.pass(kept, state.link(each), cohort, each);
            }
        }
    }

    @Override
    public Changes compare(Churn churn) {
        Link link = state.link(churn);
        Changes changes = state.pass(warm ? kept : diff, link, cohort, churn);
        diff = null;
        return changes;
    }
}
