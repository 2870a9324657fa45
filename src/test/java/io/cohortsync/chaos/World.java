package io.cohortsync.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.testing.PackedApp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One application under test with its state, its disk, its clock and its vendors. Rounds happen in it one by one. */
final class World implements AutoCloseable {

    /** After so long a call counts as unanswered; the product waits longer, which only takes the tests' time. */
    static final long TIMEOUT_MILLIS = 1_500;

    static final int CROWD = 9_000;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIME_TO_SETTLE = Duration.ofMinutes(5);
    private static final Duration A_MOMENT = Duration.ofMillis(100);

    private final String name;
    private final Path folder;
    private final UnpackedJar jar;
    private final StateServer state;
    private final SmallDisk disk;
    private final StandIns vendors;
    private final Map<String, Population> cohorts = new LinkedHashMap<>();
    private final Set<String> bystanders =
            IntStream.range(0, 5).mapToObj(i -> "bystander-" + i).collect(Collectors.toCollection(TreeSet::new));
    private PackedApp app;

    World(String name, Path folder, UnpackedJar jar, StateServer state, boolean ownDisk, Random random)
            throws IOException {
        this.name = name;
        this.folder = folder;
        this.jar = jar;
        this.state = state;
        this.disk = new SmallDisk(folder.resolve("tmp"), ownDisk);
        this.vendors = StandIns.start(folder.resolve("stand-ins"), jar);
        Path files = Files.createDirectories(folder.resolve("cohorts"));
        cohorts.put("vip", new Population("vip", files, 2_000, random));
        cohorts.put("leads", new Population("leads", files, 1_000, random));
        cohorts.put("crowd", new Population("crowd", files, CROWD, random));
        configure();
    }

    private void configure() throws IOException {
        Files.writeString(folder.resolve("application.yaml"), """
                cohort-sync:
                  defaults: { schedule: daily, guard: { max-exits: off } }
                  sources:
                    exports: { type: file, directory: ./cohorts }
                  targets:
                    web: { type: segment, write-key: wk, base-url: %s, batch-size: 50, in-flight: 4 }
                    bulk: { type: segment, write-key: wk_bulk, base-url: %s, batch-size: 1000, in-flight: 4 }
                    amplitude: { type: amplitude-cohorts, api-key: key, secret-key: secret, app-id: "1", owner: o@example.com,
                                 base-url: %s, batch-size: 50 }
                    customerio: { type: customerio, site-id: site, tracking-api-key: track, app-api-key: app,
                                  base-url: %s, batch-size: 50 }
                  syncs:
                    vip: { from: { source: exports, cohort: vip.csv }, to: [ web, { target: amplitude } ] }
                    leads: { from: { source: exports, cohort: leads.csv }, to: [ { target: customerio }, web ] }
                    crowd: { from: { source: exports, cohort: crowd.csv }, to: [ bulk ] }
                """.formatted(
                vendors.url("segment"), vendors.url("segment"), vendors.url("amplitude"), vendors.url("customerio")));
    }

    /** Starts the application and fills every place once, undisturbed; others put people there, too. */
    void begin() throws IOException {
        List<String> people = cohorts.values().stream()
                .flatMap(cohort -> cohort.people().stream())
                .toList();
        vendors.know(
                people.stream().filter(person -> !Population.isStranger(person)).toList());
        vendors.knowNot(people.stream().filter(Population::isStranger).toList());
        cohorts.values().forEach(cohort -> cohort.shuffle(0.5));
        start();
        settle();
        for (Place place : Place.values()) {
            vendors.addByHand(place, bystanders);
        }
    }

    void start() throws IOException {
        List<String> arguments = new ArrayList<>(state.arguments());
        arguments.add("--" + Inside.CLOCK_FILE + "=" + folder.resolve("clock"));
        arguments.add("--camel.component.http.response-timeout=" + TIMEOUT_MILLIS);
        arguments.add("--camel.component.http.so-timeout=" + TIMEOUT_MILLIS);
        app = PackedApp.start(folder, disk.around(jar.withInside(disk.folder())), arguments.toArray(String[]::new))
                .awaitUp(folder);
    }

    /** kill -9. */
    void kill() throws InterruptedException {
        app.kill();
    }

    /** Asks for a run, whatever comes of it. */
    void run(String sync) {
        app.send("POST", "/api/syncs/" + sync + "/run", "");
    }

    /** Runs a sync to the end of some run. */
    JsonNode runToEnd(String sync) throws IOException {
        return JSON.readTree(
                app.send("POST", "/api/syncs/" + sync + "/run?wait=true", "").body());
    }

    void pause(String sync, boolean paused) {
        int status = app.send("POST", "/api/syncs/" + sync + (paused ? "/pause" : "/resume"), "")
                .statusCode();
        assertThat(status).as("pause or resume of %s", sync).isEqualTo(200);
    }

    /** Runs every sync until a run that began after now succeeds, and waits until nothing is under way. */
    void settle() {
        Map<String, Long> before = new LinkedHashMap<>();
        cohorts.keySet()
                .forEach(sync -> before.put(
                        sync,
                        app.json("GET", "/api/runs?sync=" + sync)
                                .path(0)
                                .path("id")
                                .asLong()));
        before.forEach((sync, last) -> await("a run of " + sync + " in " + name + " that succeeds")
                .atMost(TIME_TO_SETTLE)
                .pollInterval(A_MOMENT)
                .until(
                        () -> runToEnd(sync),
                        run -> run.path("state").asText().equals("succeeded")
                                && run.path("id").asLong() > last));
        awaitQuiet();
    }

    /** Waits until no run is under way or about to be. */
    void awaitQuiet() {
        cohorts.keySet().forEach(this::awaitQuiet);
    }

    /** The run that began last. */
    long lastRun() {
        return state.look().queryForObject("select max(id) from run", Long.class);
    }

    /** Waits until no run of a sync is under way or about to be. */
    void awaitQuiet(String sync) {
        await("the end of the runs of " + sync + " in " + name)
                .atMost(TIME_TO_SETTLE)
                .pollInterval(A_MOMENT)
                .until(() -> !state.isBusy(sync));
    }

    /** The clock of the application goes wrong by so much. */
    void moveClock(Duration offset) throws IOException {
        Path next = Files.writeString(folder.resolve("clock.next"), Long.toString(offset.toSeconds()));
        Files.move(next, folder.resolve("clock"), StandardCopyOption.ATOMIC_MOVE);
    }

    void fillDisk() throws IOException {
        disk.fill(app.pid());
    }

    void freeDisk() throws IOException {
        disk.free(app.pid());
    }

    List<Path> temporaryFiles() throws IOException {
        return disk.leftovers(app.pid());
    }

    /** Whom a place has to have: the cohort as far as the place knows its people, and those others put there. */
    Set<String> wanted(Place place) {
        return Stream.of(known(place, cohorts.get(place.sync()).members()), bystanders)
                .flatMap(Collection::stream)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Whom the application takes to be at a place: never those who are no business of its own. */
    Set<String> acknowledged(Place place) {
        Set<String> acknowledged = state.acknowledged(place);
        // Customer.io does not say whom it ignores, but for the daily read-back.
        return place == Place.LEADS_AT_CUSTOMERIO ? known(place, acknowledged) : acknowledged;
    }

    private static Set<String> known(Place place, Set<String> people) {
        return people.stream()
                .filter(person -> place.knowsEverybody() || !Population.isStranger(person))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    Set<String> bystanders() {
        return bystanders;
    }

    Population cohort(String sync) {
        return cohorts.get(sync);
    }

    Collection<Population> cohorts() {
        return cohorts.values();
    }

    StandIns vendors() {
        return vendors;
    }

    StateServer state() {
        return state;
    }

    SmallDisk disk() {
        return disk;
    }

    String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    @Override
    public String toString() {
        return name;
    }

    @Override
    public void close() throws IOException {
        if (app != null) {
            app.close();
        }
        vendors.close();
        state.close();
    }
}
