package io.cohortsync.sandbox;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** How many calls were let through within the last second, or another time. */
final class CallRate {

    private final long window;
    private final Deque<Long> recent = new ArrayDeque<>();

    CallRate(Duration window) {
        this.window = window.toNanos();
    }

    /** Takes one more call; false: it is one too many, and does not count. */
    synchronized boolean take(long nanoTime, int most) {
        while (!recent.isEmpty() && nanoTime - recent.peek() >= window) {
            recent.remove();
        }
        return recent.size() < most && recent.add(nanoTime);
    }

    synchronized void forget() {
        recent.clear();
    }
}
