package io.cohortsync.demo;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the shop's steps at a fixed pace, on a thread that keeps no process alive. */
final class ShopHours implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ShopHours.class);

    private static final Duration LAST_STEP = Duration.ofSeconds(5);

    /** Some time passes. */
    interface Step {
        void take() throws Exception;
    }

    private final Step step;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "demo-shop");
        thread.setDaemon(true);
        return thread;
    });

    ShopHours(Step step, Duration pace) {
        this.step = step;
        timer.scheduleAtFixedRate(this::step, pace.toMillis(), pace.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Begins no further step, and waits for the one that is under way. */
    @Override
    public void close() {
        timer.shutdown();
        try {
            timer.awaitTermination(LAST_STEP.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        timer.shutdownNow();
    }

    private void step() {
        try {
            step.take();
        } catch (Exception failure) {
            // A step that throws would be the last one; a full disk should not end the demo for good.
            LOG.warn("Demo shop: this step failed, the next one is tried", failure);
        }
    }
}
