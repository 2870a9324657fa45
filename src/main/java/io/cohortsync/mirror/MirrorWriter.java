package io.cohortsync.mirror;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/**
 * Stores what is pushed, all that waits in one transaction: a disk can be told to keep a few hundred things a second, and
 * vendors send more; {@code mirrorWriter} in the routes.
 */
@Component
public class MirrorWriter implements DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(MirrorWriter.class);

    /** As many calls as there are threads to make them, and no more: whoever comes then is told to come again. */
    private static final int WAITING = 64;

    /** So that one transaction stays short. */
    private static final int EVENTS_AT_ONCE = 2_000;

    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private final Mirror mirror;
    private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(WAITING);
    private final Thread thread = new Thread(this::write, "mirror");
    private volatile boolean stopped;

    private record Waiting(Push push, CompletableFuture<Void> stored) {}

    MirrorWriter(Mirror mirror) {
        this.mirror = mirror;
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Returns when all of it is on disk.
     *
     * @throws NotStoredException when it is not, or nobody knows; sent again it changes nothing that it changed already
     */
    public Push store(Push push) {
        Waiting waiting = new Waiting(push, new CompletableFuture<>());
        if (stopped || !queue.offer(waiting)) {
            throw new NotStoredException(stopped ? "it is shutting down" : "too many calls wait to be stored");
        }
        try {
            waiting.stored().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return push;
        } catch (ExecutionException e) {
            LOG.debug("a push was not stored", e);
            throw new NotStoredException("the state database does not take it");
        } catch (TimeoutException e) {
            throw new NotStoredException("the state database is too slow");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotStoredException("it is shutting down");
        }
    }

    private void write() {
        while (!stopped || !queue.isEmpty()) {
            try {
                Waiting first = queue.poll(200, TimeUnit.MILLISECONDS);
                if (first != null) {
                    write(andAllThatWait(first));
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private List<Waiting> andAllThatWait(Waiting first) {
        List<Waiting> all = new ArrayList<>(List.of(first));
        int events = first.push().events().size();
        Waiting next = queue.peek();
        while (next != null && events + next.push().events().size() <= EVENTS_AT_ONCE) {
            all.add(queue.remove());
            events += next.push().events().size();
            next = queue.peek();
        }
        return all;
    }

    private void write(List<Waiting> all) {
        try {
            mirror.apply(all.stream().map(Waiting::push).toList());
            all.forEach(waiting -> waiting.stored().complete(null));
        } catch (Exception | Error e) {
            if (all.size() == 1) {
                all.get(0).stored().completeExceptionally(e);
            } else {
                // Only one of them may be what cannot be stored.
                all.forEach(waiting -> write(List.of(waiting)));
            }
        }
    }

    @Override
    public void destroy() throws InterruptedException {
        stopped = true;
        thread.join(PATIENCE.toMillis());
    }
}
