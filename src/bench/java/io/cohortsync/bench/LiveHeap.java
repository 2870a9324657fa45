package io.cohortsync.bench;

import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;

/**
 * How much of the heap was in use at most, without garbage: while something runs, one full collection after another, and
 * what was left after each. That slows it down, so what is measured here is not timed.
 */
final class LiveHeap {

    /** At the least; else twice as long as a collection takes. */
    private static final long PAUSE_MILLIS = 50;

    private LiveHeap() {}

    static <T> long peakOf(Callable<T> work) throws Exception {
        Sampler sampler = new Sampler();
        Thread thread = new Thread(sampler, "live-heap");
        thread.setDaemon(true);
        thread.start();
        try {
            work.call();
        } finally {
            sampler.ended = true;
            thread.join();
        }
        return sampler.peak;
    }

    private static final class Sampler implements Runnable {
        private volatile boolean ended;
        private long peak;

        @Override
        public void run() {
            while (!ended) {
                long begin = System.nanoTime();
                System.gc();
                peak = Math.max(
                        peak,
                        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
                try {
                    Thread.sleep(Math.max(PAUSE_MILLIS, (System.nanoTime() - begin) / 500_000));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }
}
