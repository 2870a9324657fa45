package io.cohortsync.chaos;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.Books;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** One round: the cohorts change, things go wrong, all is well again, and everybody has to be where they belong. */
final class Round {

    private static final double[] SHARES = {0.02, 0.1, 0.3, 0.6};
    private static final List<Duration> CLOCK_MOVES = List.of(
            Duration.ofHours(2), Duration.ofHours(-2), Duration.ofHours(25), Duration.ofDays(3), Duration.ofDays(-3));
    private static final String NO_ANSWER = "timeout";

    private final World world;
    private final Ledger ledger;
    private final Random random;
    private final Tally tally;
    private final Trouble trouble;
    private final Map<String, Map<String, Long>> struckBefore = new HashMap<>();
    private final Map<Place, Long> againBefore = new EnumMap<>(Place.class);
    private final Map<Place, Long> straysBefore = new EnumMap<>(Place.class);
    private final List<String> lost = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();
    private long changes;
    private long kills;
    private long outages;

    Round(World world, Ledger ledger, Random random, Tally tally, Trouble trouble) {
        this.world = world;
        this.ledger = ledger;
        this.random = random;
        this.tally = tally;
        this.trouble = trouble;
    }

    /** Does it, and says in one line what happened; more lines where somebody is lost or wrong. */
    String play() throws IOException, InterruptedException {
        long began = System.nanoTime();
        note();
        shuffle();
        sprinkleFaults();
        switch (trouble) {
            case KILL -> killAtRandom();
            case DATABASE -> loseDatabase();
            case DISK_FULL -> fillDisk();
            case DOUBT_PAUSED -> flipWhileInDoubt(false);
            case DOUBT_KILLED -> flipWhileInDoubt(true);
            case CLOCK -> moveClock();
            case VENDORS -> trustVendors();
        }
        world.vendors().behave();
        world.settle();
        return check(Duration.ofNanos(System.nanoTime() - began));
    }

    private void note() {
        ledger.add(world.vendors().arrivals());
        for (String vendor : Place.VENDORS) {
            struckBefore.put(vendor, struck(vendor));
        }
        for (Place place : Place.values()) {
            againBefore.put(place, ledger.again(place));
            straysBefore.put(place, ledger.strayExits(place));
        }
    }

    private void shuffle() {
        changes += world.cohort("vip").shuffle(SHARES[random.nextInt(SHARES.length)]);
        changes += world.cohort("leads").shuffle(SHARES[random.nextInt(SHARES.length)]);
    }

    private void begin() {
        world.run("vip");
        world.run("leads");
    }

    /** Before, or after, or in the middle of what is going on. */
    private void someTime() throws InterruptedException {
        Thread.sleep(random.nextInt(2_000));
    }

    private void sprinkleFaults() {
        int faults = (trouble == Trouble.VENDORS ? 3 : 1) + random.nextInt(3);
        if (trouble != Trouble.DOUBT_PAUSED && trouble != Trouble.DOUBT_KILLED) {
            for (int i = 0; i < faults; i++) {
                world.vendors().fault(Place.VENDORS.get(random.nextInt(Place.VENDORS.size())), fault());
            }
        }
        // After those that matter: calls take their time, so that there is a middle for things to happen in.
        for (String vendor : Place.VENDORS) {
            world.vendors().fault(vendor, "{\"delayMillis\":" + (20 + random.nextInt(150)) + "}");
        }
    }

    private String fault() {
        String what = List.of(
                        "\"status\":500",
                        "\"status\":503",
                        "\"status\":429,\"headers\":{\"Retry-After\":\"1\"}",
                        // A late call is applied before its next attempt can be: what overtakes is beyond all senders.
                        "\"delayMillis\":" + (World.TIMEOUT_MILLIS + 100),
                        "\"drop\":\"before\"",
                        "\"drop\":\"after\"")
                .get(random.nextInt(6));
        return "{" + what + ",\"every\":" + (1 + random.nextInt(4)) + ",\"times\":" + (1 + random.nextInt(3)) + "}";
    }

    private void killAtRandom() throws IOException, InterruptedException {
        begin();
        someTime();
        kill();
        if (random.nextBoolean()) {
            shuffle();
        }
        world.start();
    }

    private void kill() throws InterruptedException {
        world.kill();
        kills++;
    }

    private void loseDatabase() throws IOException, InterruptedException {
        if (!world.state().restarts()) {
            killAtRandom();
            return;
        }
        begin();
        someTime();
        boolean inGoodOrder = random.nextBoolean();
        world.state().restart(inGoodOrder, random.nextInt(4_000));
        tally.fault(inGoodOrder ? "database restart" : "database crash", 1);
        outages++;
    }

    private void fillDisk() throws IOException, InterruptedException {
        Population crowd = world.cohort("crowd");
        changes += crowd.become(World.CROWD);
        // So many leavers do not fit into memory on their way from the comparison to the target.
        world.runToEnd("crowd");
        changes += crowd.become(10);
        ledger.add(world.vendors().arrivals());
        long before = world.vendors().members(Place.CROWD_AT_SEGMENT).size();
        world.fillDisk();
        tally.fault(world.disk().fault(), 1);
        begin();
        JsonNode run = world.runToEnd("crowd");
        long after = world.vendors().members(Place.CROWD_AT_SEGMENT).size();
        boolean failed = run.path("state").asText().equals("failed");
        if (failed && before != after) {
            wrong.add("a run failed for want of disk, and sent something: " + before + " → " + after);
        }
        if (failed && !run.path("error").asText().contains("temporary file")) {
            wrong.add("a run failed for want of disk, and does not say so: " + run.path("error"));
        }
        world.freeDisk();
    }

    /** People flip who are in doubt: applied, and the answer lost. */
    private void flipWhileInDoubt(boolean killed) throws IOException, InterruptedException {
        String sync = random.nextBoolean() ? "vip" : "leads";
        // Now and then the run that is to settle the doubt is killed in the same way.
        int times = killed && random.nextInt(3) == 0 ? 2 : 1;
        for (int i = 0; i < times; i++) {
            loseEveryAnswer(sync);
            if (killed) {
                kill();
            } else {
                world.pause(sync, true);
                world.awaitQuiet(sync);
            }
            List<Arrival> inDoubt = world.vendors().arrivals();
            ledger.add(inDoubt);
            flip(sync, inDoubt);
            world.vendors().behave();
            if (killed) {
                world.start();
            } else {
                world.pause(sync, false);
            }
        }
    }

    /** Begins a run, each of whose calls is applied and not answered, and waits for the first of them. */
    private void loseEveryAnswer(String sync) throws InterruptedException {
        world.vendors().behave();
        Map.of("segment", "/batch", "amplitude", "/membership", "customerio", "_customers")
                .forEach((vendor, path) ->
                        world.vendors().fault(vendor, "{\"path\":\"" + path + "\",\"drop\":\"after\"}"));
        long before = answersLost();
        world.run(sync);
        await("an answer to be lost").atMost(Duration.ofMinutes(1)).until(() -> answersLost() > before);
        Thread.sleep(random.nextInt(500));
    }

    private long answersLost() {
        return Place.VENDORS.stream()
                .mapToLong(vendor -> struck(vendor).getOrDefault("drop after", 0L))
                .sum();
    }

    private void flip(String sync, List<Arrival> inDoubt) {
        Population cohort = world.cohort(sync);
        Map<Boolean, Set<String>> some = inDoubt.stream()
                .filter(arrival -> arrival.place().sync().equals(sync) && random.nextBoolean())
                // As the cohort has it now: who enters leaves, and who leaves returns.
                .filter(arrival -> cohort.members().contains(arrival.member()) == arrival.enter())
                .collect(Collectors.partitioningBy(
                        Arrival::enter, Collectors.mapping(Arrival::member, Collectors.toSet())));
        changes += cohort.flip(some.get(true));
        changes += cohort.flip(some.get(false));
        tally.count("left in doubt", some.get(true).size());
        tally.count("returned in doubt", some.get(false).size());
    }

    private void moveClock() throws IOException, InterruptedException {
        begin();
        someTime();
        world.moveClock(CLOCK_MOVES.get(random.nextInt(CLOCK_MOVES.size())));
        tally.fault("clock moved", 1);
        shuffle();
        begin();
        someTime();
        if (random.nextBoolean()) {
            world.moveClock(Duration.ZERO);
            tally.fault("clock moved", 1);
        }
    }

    private void trustVendors() throws InterruptedException {
        begin();
        someTime();
        shuffle();
        begin();
        someTime();
    }

    /** Faults of a vendor so far, by what the application notices of them; not that a call was merely slow. */
    private Map<String, Long> struck(String vendor) {
        Map<String, Long> struck = new TreeMap<>();
        world.vendors().struck(vendor).forEach((kind, times) -> {
            if (!kind.startsWith("delay ")) {
                struck.put(kind, times);
            } else if (Long.parseLong(kind.split(" ")[1]) > World.TIMEOUT_MILLIS) {
                struck.put(NO_ANSWER, times);
            }
        });
        return struck;
    }

    private long struckNow(Place place, Collection<String> kinds) {
        Map<String, Long> before = struckBefore.get(place.vendor());
        Map<String, Long> now = struck(place.vendor());
        return kinds.stream()
                .mapToLong(kind -> now.getOrDefault(kind, 0L) - before.getOrDefault(kind, 0L))
                .sum();
    }

    private String check(Duration took) throws IOException {
        List<String> wrongBefore = List.copyOf(wrong);
        long again;
        long inDoubt;
        long lastRun;
        do {
            // What is seen while a run is under way says nothing, and one may begin by itself: a moved clock makes runs
            // due.
            lost.clear();
            wrong.clear();
            wrong.addAll(wrongBefore);
            world.awaitQuiet();
            lastRun = world.lastRun();
            ledger.add(world.vendors().arrivals());
            again = 0;
            inDoubt = 0;
            for (Place place : Place.values()) {
                checkMembers(place);
                again += ledger.again(place) - againBefore.get(place);
                inDoubt += checkArrivals(place);
            }
            checkBooks();
            world.temporaryFiles().forEach(file -> wrong.add("a temporary file is left: " + file.getFileName()));
        } while (world.lastRun() != lastRun);
        Map<String, Long> faults = new TreeMap<>();
        for (String vendor : Place.VENDORS) {
            struck(vendor)
                    .forEach((kind, times) ->
                            faults.merge(kind, times - struckBefore.get(vendor).getOrDefault(kind, 0L), Long::sum));
        }
        faults.values().removeIf(times -> times == 0);
        faults.forEach(tally::fault);
        tally.count("rounds", 1);
        tally.count("kills", kills);
        tally.count("changes", changes);
        tally.count("re-sends", again);
        tally.count("in doubt", inDoubt);
        tally.count("lost", lost.size());
        tally.count("wrong", wrong.size());
        StringBuilder line = new StringBuilder(String.format(
                "%-12s %5d changes, %d kills, %s, %d re-sends of at most %d, lost %d, wrong %d, %.1f s",
                trouble, changes, kills, faults, again, inDoubt, lost.size(), wrong.size(), took.toMillis() / 1000.0));
        lost.forEach(problem -> line.append("\n    LOST ").append(problem));
        wrong.forEach(problem -> line.append("\n    WRONG ").append(problem));
        return line.toString();
    }

    boolean isBad() {
        return !lost.isEmpty() || !wrong.isEmpty();
    }

    private void checkMembers(Place place) {
        Set<String> there = world.vendors().members(place);
        Set<String> wanted = world.wanted(place);
        Set<String> acknowledged = world.acknowledged(place);
        without(wanted, there).forEach(who -> lost.add(place + ": " + who + " is not there"));
        without(there, wanted).forEach(who -> wrong.add(place + ": " + who + " is there"));
        without(acknowledged, there).forEach(who -> wrong.add(place + ": " + who + " is acknowledged, and not there"));
        without(without(there, acknowledged), world.bystanders())
                .forEach(who -> wrong.add(place + ": " + who + " is there, and not acknowledged"));
    }

    private static Set<String> without(Set<String> some, Set<String> others) {
        Set<String> rest = new HashSet<>(some);
        rest.removeAll(others);
        return rest;
    }

    /** @return how many changes may have been sent again there */
    private long checkArrivals(Place place) {
        // Each time it dies, or cannot write answers down, all that is in flight there may be in doubt.
        long cut = place.inFlight() * (kills + outages);
        long inDoubt = mayConcern(place, cut + struckNow(place, List.of("drop after", NO_ANSWER)));
        long again = ledger.again(place) - againBefore.get(place);
        if (again > inDoubt) {
            wrong.add(place + ": " + again + " changes were sent again, " + inDoubt + " may have been in doubt");
        }
        long neverArrived = mayConcern(
                place, cut + struckNow(place, List.of("drop before", "status 500", "status 503", NO_ANSWER)));
        long strays = ledger.strayExits(place) - straysBefore.get(place);
        if (strays > neverArrived) {
            wrong.add(place + ": " + strays + " exits came without their enter, of " + neverArrived
                    + " that may have been in doubt");
        }
        return inDoubt;
    }

    /** How many changes so many calls may have carried. Only one kind of round changes the crowd. */
    private long mayConcern(Place place, long calls) {
        return place == Place.CROWD_AT_SEGMENT && trouble != Trouble.DISK_FULL ? 0 : calls * place.batch();
    }

    private void checkBooks() {
        try {
            Books.assertBalanced(world.state().look());
            if (Books.inDoubt(world.state().look()) > 0) {
                wrong.add("deliveries are in doubt although every run succeeded");
            }
        } catch (AssertionError unbalanced) {
            wrong.add(unbalanced.getMessage());
        }
    }
}
