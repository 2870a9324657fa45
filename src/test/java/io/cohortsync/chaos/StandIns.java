package io.cohortsync.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.PackedApp;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The vendors' stand-ins: the same jar in a process of its own, which lives on while the application is killed. */
final class StandIns implements AutoCloseable {

    /** As many calls as the stand-ins remember. */
    private static final int REMEMBERED = 1_000;

    private final PackedApp process;
    private final Map<String, Long> seen = new HashMap<>();

    private StandIns(PackedApp process) {
        this.process = process;
    }

    static StandIns start(Path folder, UnpackedJar jar) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("application.yaml"), """
                cohort-sync: { sandbox: { enabled: true } }
                spring.datasource.url: "jdbc:h2:mem:stand-ins"
                """);
        return new StandIns(PackedApp.start(folder, jar.plain()).awaitUp(folder));
    }

    String url(String vendor) {
        return process.uri("/sandbox/" + vendor).toString();
    }

    /** Asks a vendor to misbehave, in the words of {@code POST /sandbox/<vendor>/faults}. */
    void fault(String vendor, String fault) {
        send("POST", "/sandbox/" + vendor + "/faults", fault);
    }

    void behave() {
        for (String vendor : Place.VENDORS) {
            send("DELETE", "/sandbox/" + vendor + "/faults", "");
        }
    }

    /** How many calls of a vendor met which misbehaviour, since the start. */
    Map<String, Long> struck(String vendor) {
        Map<String, Long> struck = new TreeMap<>();
        process.json("GET", "/sandbox/" + vendor + "/faults/struck")
                .properties()
                .forEach(kind -> struck.put(kind.getKey(), kind.getValue().asLong()));
        return struck;
    }

    /** How many calls a vendor has taken. */
    long calls(String vendor) {
        return process.json("GET", "/sandbox/" + vendor + "/stats")
                .path("requests")
                .asLong();
    }

    /** Who is there now. */
    Set<String> members(Place place) {
        return switch (place.vendor()) {
            case "segment" ->
                texts(process.json("GET", "/sandbox/segment/traits?members=true&trait=" + place.sync())
                        .path("members"));
            case "amplitude" ->
                texts(process.json("GET", "/sandbox/amplitude/cohorts/" + id("amplitude/cohorts", place) + "/members"));
            default ->
                stream(process.json(
                                "GET", "/sandbox/customerio/segments/" + id("customerio/segments", place) + "/members"))
                        .map(person -> person.path("id").asText())
                        .collect(Collectors.toCollection(TreeSet::new));
        };
    }

    private String id(String lists, Place place) {
        return stream(process.json("GET", "/sandbox/" + lists))
                .filter(list -> list.path("name").asText().equals(place.sync()))
                .map(list -> list.path("id").asText())
                .reduce((one, other) -> {
                    throw new AssertionError("two lists called " + place.sync() + " at " + place.vendor());
                })
                .orElse("none");
    }

    /** People whom Customer.io knows. */
    void know(Collection<String> people) {
        send(
                "POST",
                "/sandbox/customerio/people",
                people.stream()
                        .map(person -> "{\"id\":\"" + person + "\"}")
                        .collect(Collectors.joining(",", "[", "]")));
    }

    /** People of whom Amplitude has never heard. */
    void knowNot(Collection<String> people) {
        send("PUT", "/sandbox/amplitude/strangers", quoted(people));
    }

    /** Somebody else puts people there, who are no business of ours. */
    void addByHand(Place place, Collection<String> people) {
        switch (place.vendor()) {
            case "segment" ->
                send(
                        "POST",
                        "/sandbox/segment/v1/batch",
                        people.stream()
                                .map(person -> "{\"type\":\"identify\",\"userId\":\"" + person + "\",\"traits\":{\""
                                        + place.sync() + "\":true}}")
                                .collect(Collectors.joining(",", "{\"writeKey\":\"theirs\",\"batch\":[", "]}")),
                        "Authorization",
                        "Basic dGhlaXJzOg==");
            case "amplitude" ->
                send(
                        "POST",
                        "/sandbox/amplitude/api/3/cohorts/membership",
                        "{\"cohort_id\":\"" + id("amplitude/cohorts", place) + "\",\"memberships\":[{\"ids\":"
                                + quoted(people) + ",\"id_type\":\"BY_NAME\",\"operation\":\"ADD\"}]}",
                        "Authorization",
                        "Basic dGhlaXJzOmtleQ==");
            default -> {
                know(people);
                send(
                        "POST",
                        "/sandbox/customerio/api/v1/segments/" + id("customerio/segments", place)
                                + "/add_customers?id_type=id",
                        "{\"ids\":" + quoted(people) + "}",
                        "Authorization",
                        "Basic dGhlaXJzOmtleQ==");
            }
        }
    }

    private static String quoted(Collection<String> people) {
        return people.stream().map(person -> "\"" + person + "\"").collect(Collectors.joining(",", "[", "]"));
    }

    /** What was applied since this was last asked, each vendor's in its order. */
    List<Arrival> arrivals() {
        List<Arrival> arrivals = new ArrayList<>();
        for (String vendor : Place.VENDORS) {
            long calls = calls(vendor);
            long unseen = calls - seen.getOrDefault(vendor, 0L);
            if (unseen > REMEMBERED) {
                throw new AssertionError(unseen + " calls of " + vendor + " since the last look: too many to remember");
            }
            seen.put(vendor, calls);
            if (unseen > 0) {
                stream(process.json("GET", "/sandbox/" + vendor + "/requests?bodies=true&last=" + unseen))
                        .filter(request -> request.path("status").asInt() == 200)
                        .forEach(request -> add(arrivals, vendor, request));
            }
        }
        return arrivals;
    }

    private static void add(List<Arrival> arrivals, String vendor, JsonNode request) {
        String path = request.path("path").asText();
        JsonNode body = request.path("body");
        switch (vendor) {
            case "segment" ->
                request.path("events")
                        .forEach(event -> event.path("traits")
                                .properties()
                                .forEach(trait -> arrivals.add(new Arrival(
                                        place(vendor, trait.getKey()),
                                        event.path("userId").asText(),
                                        trait.getValue().asBoolean()))));
            case "amplitude" ->
                body.path("memberships")
                        .forEach(some -> texts(some.path("ids"))
                                .forEach(member -> arrivals.add(new Arrival(
                                        Place.VIP_AT_AMPLITUDE,
                                        member,
                                        some.path("operation").asText().equals("ADD")))));
            default -> {
                if (path.endsWith("_customers")) {
                    texts(body.path("ids"))
                            .forEach(member -> arrivals.add(
                                    new Arrival(Place.LEADS_AT_CUSTOMERIO, member, path.endsWith("/add_customers"))));
                }
            }
        }
    }

    private static Place place(String vendor, String cohort) {
        return List.of(Place.values()).stream()
                .filter(place -> place.vendor().equals(vendor) && place.sync().equals(cohort))
                .findFirst()
                .orElseThrow();
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static Set<String> texts(JsonNode array) {
        return stream(array).map(JsonNode::asText).collect(Collectors.toCollection(TreeSet::new));
    }

    private void send(String method, String path, String json, String... headers) {
        HttpResponse<String> answer = process.send(method, path, json, headers);
        if (answer.statusCode() / 100 != 2) {
            throw new IllegalStateException(path + " answered " + answer.statusCode() + " " + answer.body());
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
