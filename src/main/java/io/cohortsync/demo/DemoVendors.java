package io.cohortsync.demo;

import io.cohortsync.sandbox.StandIns;
import io.cohortsync.sandbox.StandIns.Person;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;

/**
 * The same shop as its analytics tools see it: one cohort each at the stand-ins for Amplitude and Mixpanel, and an audience
 * that Segment Engage pushes. Each step changes about 2 % of one of them. Customer.io knows most of the customers, and not
 * all.
 */
final class DemoVendors {

    static final String AMPLITUDE_COHORT = "fr3qbuy";
    static final long MIXPANEL_COHORT = 4711;
    static final String AUDIENCE = "vip_customers";
    static final String SECRET = "demo-shared-secret";

    private static final Logger LOG = LoggerFactory.getLogger(DemoVendors.class);

    private static final int FREQUENT_BUYERS = 2_000;
    private static final int TRIALS = 600;
    private static final int VIPS = 300;
    private static final double CHURN = 0.02;
    private static final double UNKNOWN_TO_CUSTOMER_IO = 0.03;

    private final List<Person> people;
    private final StandIns standIns;
    private final RandomGenerator random;
    private final Map<String, Person> frequentBuyers = new LinkedHashMap<>();
    private final Map<String, Person> trials = new LinkedHashMap<>();
    private final Map<String, Person> vips = new LinkedHashMap<>();
    private Optional<URI> hook = Optional.empty();
    private int steps;

    DemoVendors(List<Customer> customers, StandIns standIns, RandomGenerator random) {
        this.people = customers.stream()
                .map(customer -> new Person(customer.userId(), customer.email()))
                .toList();
        this.standIns = standIns;
        this.random = random;
        fill(frequentBuyers, FREQUENT_BUYERS);
        fill(trials, TRIALS);
        fill(vips, VIPS);
        people.stream()
                .filter(person -> random.nextDouble() >= UNKNOWN_TO_CUSTOMER_IO)
                .forEach(standIns::customerIoPerson);
        computeFrequentBuyers();
        computeTrials();
    }

    /** From now on somebody listens: the audience is sent as a whole, as Engage does at first. */
    @EventListener
    synchronized void open(ApplicationReadyEvent ready) {
        String port = ready.getApplicationContext().getEnvironment().getProperty("local.server.port");
        hook = Optional.of(URI.create("http://127.0.0.1:" + port + "/hooks/engage"));
        push(List.copyOf(vips.values()), List.of());
    }

    /** Lets some time pass. */
    synchronized void step() {
        steps++;
        switch (steps % 3) {
            case 1 -> {
                churn(vips, VIPS);
            }
            case 2 -> {
                churn(frequentBuyers, FREQUENT_BUYERS);
                computeFrequentBuyers();
            }
            default -> {
                churn(trials, TRIALS);
                computeTrials();
            }
        }
    }

    private void fill(Map<String, Person> cohort, int size) {
        while (cohort.size() < size) {
            Person person = somebody();
            cohort.put(person.id(), person);
        }
    }

    private void churn(Map<String, Person> cohort, int size) {
        int count = (int) Math.max(1, size * CHURN / 2);
        List<Person> left = new ArrayList<>();
        List<Person> members = new ArrayList<>(cohort.values());
        for (int i = 0; i < count; i++) {
            Person person = members.get(random.nextInt(members.size()));
            if (cohort.remove(person.id()) != null) {
                left.add(person);
            }
        }
        List<Person> joined = new ArrayList<>();
        while (joined.size() < count) {
            Person person = somebody();
            if (!left.contains(person) && cohort.put(person.id(), person) == null) {
                joined.add(person);
            }
        }
        if (cohort == vips) {
            push(joined, left);
        }
    }

    private void push(List<Person> joined, List<Person> left) {
        boolean taken = hook.isEmpty() || standIns.engage(hook.get(), SECRET, AUDIENCE, joined, left);
        if (!taken) {
            LOG.warn("Demo shop: /hooks/engage did not take who became a VIP and who no longer is one");
        }
    }

    private void computeFrequentBuyers() {
        standIns.amplitudeCohort(AMPLITUDE_COHORT, "Frequent buyers", frequentBuyers.values());
    }

    private void computeTrials() {
        standIns.mixpanelCohort(MIXPANEL_COHORT, "Trial lapsed", trials.keySet());
    }

    private Person somebody() {
        return people.get(random.nextInt(people.size()));
    }
}
