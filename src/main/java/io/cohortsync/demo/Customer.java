package io.cohortsync.demo;

/**
 * A customer of the demo shop, invented.
 *
 * @param orders how many orders so far
 * @param risk how likely the customer is to leave, 0 to 1
 */
record Customer(String userId, String email, String name, String plan, int orders, double risk) {

    /** Above this a customer is at risk of churn. */
    static final double HIGH_RISK = 0.8;

    boolean atRisk() {
        return risk > HIGH_RISK;
    }

    Customer withRisk(double newRisk) {
        return new Customer(userId, email, name, plan, orders, newRisk);
    }
}
