package io.cohortsync.run;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.stereotype.Component;

/** The runs that this node has begun and not ended. */
@Component
class UnderWay {

    private final Map<Long, Run> runs = new TreeMap<>();

    synchronized void begun(Run run) {
        runs.put(run.id(), run);
    }

    synchronized void ended(Run run) {
        runs.remove(run.id());
        notifyAll();
    }

    /** How many there are. */
    synchronized int number() {
        return runs.size();
    }

    /** Waits until none is left, but not for longer than this; gives those that are. */
    synchronized List<Run> awaitEnd(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        for (long left = patience.toMillis();
                !runs.isEmpty() && left > 0;
                left = (end - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
        return List.copyOf(runs.values());
    }
}
