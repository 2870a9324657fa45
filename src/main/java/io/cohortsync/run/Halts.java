package io.cohortsync.run;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Tells a run under way that it has to end before its time, on whichever node somebody said so; {@code halts} in the
 * routes.
 */
@Component
public class Halts {

    private static final Logger LOG = LoggerFactory.getLogger(Halts.class);
    private static final long FRESH_NANOS = 500_000_000L;

    private static final Halt NODE_STOPS = new Halt(RunState.INCOMPLETE, "the node stopped");

    private final JdbcClient jdbc;
    private final Map<Long, Known> known = new ConcurrentHashMap<>();
    private volatile boolean nodeStops;

    private record Known(Optional<Halt> halt, long at) {}

    Halts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Why this run has to end; empty: it goes on. As the database said not long ago. */
    public Optional<Halt> of(Run run) {
        if (nodeStops) {
            return Optional.of(NODE_STOPS);
        }
        Known last = known.get(run.id());
        if (last == null || System.nanoTime() - last.at() > FRESH_NANOS) {
            last = new Known(read(run), System.nanoTime());
            known.put(run.id(), last);
        }
        return last.halt();
    }

    private Optional<Halt> read(Run run) {
        return jdbc.sql("select r.cancel_asked, s.paused from run r join sync s on s.name = r.sync where r.id = ?")
                .param(run.id())
                .query((rs, i) -> rs.getBoolean(1)
                        ? Optional.of(new Halt(RunState.CANCELLED, "the run was cancelled"))
                        : rs.getBoolean(2)
                                ? Optional.of(new Halt(
                                        RunState.INCOMPLETE,
                                        "sync " + run.sync().name() + " is paused"))
                                : Optional.<Halt>empty())
                .optional()
                .flatMap(halt -> halt);
    }

    /**
     * Asked while something is read.
     *
     * @param run null: it is a plan, which nobody can cancel
     * @throws HaltedException if this run has to end
     */
    public void mayGoOn(Run run) {
        if (run == null) {
            return;
        }
        try {
            of(run).ifPresent(halt -> {
                throw new HaltedException(halt);
            });
        } catch (DataAccessException e) {
            // Reading needs no state database; the wall does.
            LOG.debug("run {}: whether it was cancelled cannot be told", run.id(), e);
        }
    }

    /** From now on every run of this node has to end, and none begins. */
    public void stopNode() {
        nodeStops = true;
    }

    boolean nodeStops() {
        return nodeStops;
    }

    /** Nobody asks about this run any more. */
    void forget(Run run) {
        known.remove(run.id());
    }
}
