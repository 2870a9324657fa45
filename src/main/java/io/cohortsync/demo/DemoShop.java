package io.cohortsync.demo;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small shop with two cohorts, there when constructed: its power users in {@code power-users.csv}, and its customers
 * in a table where {@code risk > 0.8} are those at risk of churn. Each step changes about 1 % of both, but every third
 * step changes nothing. The same randomness plays the same story.
 */
final class DemoShop implements AutoCloseable {

    static final int CUSTOMERS = 5_000;
    static final int POWER_USERS = 3_000;
    static final int AT_RISK = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(DemoShop.class);

    private static final int QUIET_STEP = 3;

    /** Power users that come or go in one step: 1 %. */
    private static final double POWER_USER_CHURN = 0.01;

    /** Customers whose risk crosses the threshold in one step, as a share of those at risk: 1 % of all customers. */
    private static final double RISK_CHURN = 0.01 * CUSTOMERS / AT_RISK / 2;

    private final Map<String, Customer> customers = new LinkedHashMap<>();
    private final Set<String> powerUsers = new LinkedHashSet<>();
    private final PowerUsersFile file;
    private final CustomersTable table;
    private final RandomGenerator random;
    private final Clock clock;

    private int steps;

    DemoShop(Path directory, String databaseUrl, RandomGenerator random, Clock clock) throws SQLException {
        this.random = random;
        this.clock = clock;
        new Crowd(random).invent(CUSTOMERS, AT_RISK).forEach(customer -> customers.put(customer.userId(), customer));
        powerUsers.addAll(some(POWER_USERS, new ArrayList<>(customers.keySet())));
        file = new PowerUsersFile(directory);
        writeFile();
        table = new CustomersTable(databaseUrl);
        table.insert(customers.values(), clock.instant());
        LOG.info(
                "Demo shop: open with {} customers, {} of them power users and {} at risk of churn",
                CUSTOMERS,
                POWER_USERS,
                AT_RISK);
    }

    /** Everybody who ever bought something. */
    synchronized List<Customer> customers() {
        return List.copyOf(customers.values());
    }

    /** Lets some time pass in the shop. */
    synchronized ShopChange step() throws SQLException {
        steps++;
        ShopChange change = steps % QUIET_STEP == 0 ? ShopChange.NONE : change();
        LOG.info("Demo shop: {}", change.inWords());
        return change;
    }

    /** Closes the database; the file stays. */
    @Override
    public synchronized void close() throws SQLException {
        table.close();
    }

    private ShopChange change() throws SQLException {
        // Whoever joins is chosen among those outside before anyone leaves, so that nobody does both at once.
        List<String> outside = customers.keySet().stream()
                .filter(id -> !powerUsers.contains(id))
                .toList();
        // Joining follows the planned size and leaving the actual one, so that the cohort keeps its size over days.
        List<String> joined = some(about(POWER_USERS * POWER_USER_CHURN), outside);
        List<String> left = some(about(powerUsers.size() * POWER_USER_CHURN), new ArrayList<>(powerUsers));
        left.forEach(powerUsers::remove);
        powerUsers.addAll(joined);
        writeFile();

        List<Customer> atRisk =
                customers.values().stream().filter(Customer::atRisk).toList();
        List<Customer> content = customers.values().stream()
                .filter(customer -> !customer.atRisk())
                .toList();
        List<Customer> rose = some(about(AT_RISK * RISK_CHURN), content).stream()
                .map(customer -> customer.withRisk(Crowd.highRisk(random)))
                .toList();
        List<Customer> fell = some(about(atRisk.size() * RISK_CHURN), atRisk).stream()
                .map(customer -> customer.withRisk(Crowd.lowRisk(random)))
                .toList();
        List<Customer> changed = new ArrayList<>(rose);
        changed.addAll(fell);
        table.updateRisk(changed, clock.instant());
        changed.forEach(customer -> customers.put(customer.userId(), customer));
        return new ShopChange(joined.size(), left.size(), rose.size(), fell.size());
    }

    private void writeFile() {
        file.write(powerUsers.stream().map(customers::get).toList());
    }

    /** A number near the expected one: give or take a quarter, at least 1. */
    private int about(double expected) {
        return Math.max(1, (int) Math.round(expected * random.nextDouble(0.75, 1.25)));
    }

    /** That many different ones of all, or all if there are fewer. */
    private <T> List<T> some(int count, List<T> all) {
        List<T> rest = new ArrayList<>(all);
        List<T> some = new ArrayList<>(count);
        while (some.size() < count && !rest.isEmpty()) {
            int chosen = random.nextInt(rest.size());
            some.add(rest.get(chosen));
            // The last one takes the chosen one's place: no shifting.
            rest.set(chosen, rest.get(rest.size() - 1));
            rest.remove(rest.size() - 1);
        }
        return some;
    }
}
