package io.cohortsync.testing;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Plays Segment Engage: sends that people entered an audience, over several connections, and notes what was answered. */
public final class PushLoad {

    private final URI hook;
    private final String secret;
    private final String audience;
    private final int connections;
    private final List<String> taken = Collections.synchronizedList(new ArrayList<>());
    private final List<Integer> otherwise = Collections.synchronizedList(new ArrayList<>());
    private final List<Long> nanos = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger broken = new AtomicInteger();

    public PushLoad(URI hook, String secret, String audience, int connections) {
        this.hook = hook;
        this.secret = secret;
        this.audience = audience;
        this.connections = connections;
    }

    /** The people whose event was answered 2xx. */
    public List<String> taken() {
        return List.copyOf(taken);
    }

    /** What was answered that was not 2xx. */
    public List<Integer> otherwise() {
        return List.copyOf(otherwise);
    }

    /** How many calls got no answer. */
    public int broken() {
        return broken.get();
    }

    /** The time to an answer that so many of a hundred calls were at or below. */
    public Duration percentile(int percent) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return Duration.ofNanos(sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)]);
    }

    /**
     * Sends events of the people {@code <prefix>0} and on, and returns when all were answered, or the connection broke.
     *
     * @param perSecond calls a second over all connections; 0: as fast as they are answered
     */
    public void send(String prefix, int events, int perCall, int perSecond) {
        AtomicInteger next = new AtomicInteger();
        long begin = System.nanoTime();
        List<Thread> threads = IntStream.range(0, connections)
                .mapToObj(i -> new Thread(() -> {
                    HttpClient http = HttpClient.newHttpClient();
                    int call = next.getAndIncrement();
                    while (call * perCall < events && broken.get() == 0) {
                        if (perSecond > 0) {
                            pause(begin + call * 1_000_000_000L / perSecond - System.nanoTime());
                        }
                        call(http, people(prefix, call * perCall, Math.min(events, (call + 1) * perCall)), perCall > 1);
                        call = next.getAndIncrement();
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        threads.forEach(PushLoad::join);
    }

    private static List<String> people(String prefix, int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> prefix + i).toList();
    }

    private void call(HttpClient http, List<String> people, boolean array) {
        String events = people.stream().map(this::event).collect(Collectors.joining(","));
        String body = array ? "[" + events + "]" : events;
        HttpRequest request = HttpRequest.newBuilder(hook)
                .header("Content-Type", "application/json")
                .header("X-Signature", Engage.signature(secret, body))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        long asked = System.nanoTime();
        try {
            int status =
                    http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
            nanos.add(System.nanoTime() - asked);
            if (status / 100 == 2) {
                taken.addAll(people);
            } else {
                otherwise.add(status);
            }
        } catch (IOException | InterruptedException e) {
            broken.incrementAndGet();
        }
    }

    private String event(String person) {
        return Engage.identify(person, audience, true, "2026-11-21T10:00:00.000Z");
    }

    private static void pause(long nanos) {
        if (nanos > 0) {
            try {
                Thread.sleep(Duration.ofNanos(nanos).toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "taken " + taken.size() + ", otherwise " + Arrays.toString(otherwise.toArray()) + ", broken " + broken;
    }
}
