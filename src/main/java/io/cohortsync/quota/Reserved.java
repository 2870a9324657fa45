package io.cohortsync.quota;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Calls that were counted before they are made, so that two readings that need many do not each begin in vain. For one
 * thread.
 */
public final class Reserved {

    private final String source;
    private final Deque<Long> calls;

    Reserved(String source, List<Long> calls) {
        this.source = source;
        this.calls = new ArrayDeque<>(calls);
    }

    /** The source they are calls to. */
    public String source() {
        return source;
    }

    Optional<Long> next() {
        return Optional.ofNullable(calls.poll());
    }
}
