package io.cohortsync.diff;

import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Lets keys be matched on a second core while the first reads and fingerprints the next ones. A small snapshot is done
 * before a thread would be.
 */
final class Beside implements KeySink {

    private static final int WORTH_A_THREAD = 32;
    private static final int MOST_AHEAD = 32;

    private final String name;
    private final KeySink sink;
    private final Semaphore ahead = new Semaphore(MOST_AHEAD);
    private int taken;
    private Optional<ExecutorService> thread = Optional.empty();
    private volatile Optional<RuntimeException> failure = Optional.empty();

    Beside(String name, KeySink sink) {
        this.name = name;
        this.sink = sink;
    }

    @Override
    public void accept(long[] fingerprints, byte[] bytes, int[] starts, int[] ends, int count) {
        if (++taken <= WORTH_A_THREAD) {
            sink.accept(fingerprints, bytes, starts, ends, count);
            return;
        }
        throwFailure();
        if (thread.isEmpty()) {
            thread = Optional.of(Executors.newSingleThreadExecutor(work -> {
                Thread made = new Thread(work, name);
                made.setDaemon(true);
                return made;
            }));
        }
        ahead.acquireUninterruptibly();
        thread.get().execute(() -> match(fingerprints, bytes, starts, ends, count));
    }

    private void match(long[] fingerprints, byte[] bytes, int[] starts, int[] ends, int count) {
        try {
            if (failure.isEmpty()) {
                sink.accept(fingerprints, bytes, starts, ends, count);
            }
        } catch (RuntimeException e) {
            failure = Optional.of(e);
        } catch (Error e) {
            failure = Optional.of(new IllegalStateException(e.toString(), e));
        } finally {
            ahead.release();
        }
    }

    /** Waits until all is matched. */
    void finish() {
        waitForAll();
        throwFailure();
    }

    /** Ends early: what was not matched yet never will be. */
    void abandon() {
        failure = Optional.of(new IllegalStateException(name + " was given up"));
        waitForAll();
    }

    private void waitForAll() {
        ahead.acquireUninterruptibly(MOST_AHEAD);
        ahead.release(MOST_AHEAD);
        thread.ifPresent(ExecutorService::shutdown);
    }

    private void throwFailure() {
        failure.ifPresent(e -> {
            throw e;
        });
    }
}
