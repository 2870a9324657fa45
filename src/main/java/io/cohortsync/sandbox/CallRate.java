package io.cohortsync.sandbox;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** How many calls were let through within the last second. */
final class CallRate {

    private static final long WINDOW = Duration.ofSeconds(1).toNanos();

    private final int most;
    private final Deque<Long> recent = new ArrayDeque<>();

    /** @param most calls a second */
    CallRate(int most) {
        this.most = most;
    }

    /** Takes one more call; false: it is one too many, and does not count. */
    synchronized boolean take(long nanoTime) {
        while (!recent.isEmpty() && nanoTime - recent.peek() >= WINDOW) {
            recent.remove();
        }
        return recent.size() < most && recent.add(nanoTime);
    }
}
