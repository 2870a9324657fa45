package io.cohortsync.bench;

import io.cohortsync.diff.Diff;
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
    private Optional<Diff> diff = Optional.empty();

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
            diff = Optional.of(newDiff());
        } else if (diff.isEmpty()) {
            diff = Optional.of(newDiff());
            compare(churn);
        }
    }

    private Diff newDiff() {
        return state.diff(State.DIFF_MEMORY.toBytes(), spools);
    }

    @Override
    public void forget() {
        diff = Optional.empty();
    }

    @Override
    public Changes compare(Churn churn) {
        Changes changes = state.pass(diff.orElseThrow(), state.link(churn), cohort, churn);
        if (!warm) {
            forget();
        }
        return changes;
    }
}
