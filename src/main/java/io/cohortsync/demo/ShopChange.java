package io.cohortsync.demo;

/** What one step changed: who became a power user and who no longer is one, whose churn risk rose and fell. */
record ShopChange(int joined, int left, int rose, int fell) {

    static final ShopChange NONE = new ShopChange(0, 0, 0, 0);

    String inWords() {
        return equals(NONE)
                ? "nothing changed"
                : joined + " customers became power users, " + left + " no longer are; churn risk rose for " + rose
                        + ", fell for " + fell;
    }
}
