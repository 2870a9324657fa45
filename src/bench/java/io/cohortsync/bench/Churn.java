package io.cohortsync.bench;

/** How much a snapshot differs from what is acknowledged. */
enum Churn {
    /** The snapshot holds just whom the target holds. */
    NONE("0"),
    /** Half a percent of the members left, and as many others entered: the changes are 1 % of the members. */
    ONE_PERCENT("1"),
    /** Nobody is acknowledged yet: all enter. */
    FIRST("first");

    private final String column;

    Churn(String column) {
        this.column = column;
    }

    /** As {@code churn_percent} names it. */
    String column() {
        return column;
    }
}
