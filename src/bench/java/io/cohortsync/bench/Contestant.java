package io.cohortsync.bench;

import io.cohortsync.state.DatabaseProduct;
import java.util.Optional;

/** One way to find out who enters and who leaves. What it needs to know of the acknowledged state is prepared before. */
interface Contestant {

    String name();

    /** Where its state is, if it is this product's. */
    default Optional<DatabaseProduct> state() {
        return Optional.empty();
    }

    /** What is done for one run of it; nothing here is timed. */
    default void prepare(Churn churn) throws Exception {}

    /** What it keeps in memory between two runs is dropped. */
    default void forget() {}

    /** Reads the snapshot's file, compares it, and reads out every change with its key. */
    Changes compare(Churn churn) throws Exception;

    /** Compares one way. */
    @FunctionalInterface
    interface Way {
        Changes compare(Churn churn) throws Exception;
    }

    static Contestant of(String name, Way way) {
        return new Contestant() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Changes compare(Churn churn) throws Exception {
                return way.compare(churn);
            }
        };
    }
}
