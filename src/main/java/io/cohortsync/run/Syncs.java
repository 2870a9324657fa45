package io.cohortsync.run;

import io.cohortsync.config.Settings;
import io.cohortsync.state.StoredTime;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The sync table: whether a sync is paused, and when it last succeeded. */
@Component
public class Syncs {

    private static final Logger LOG = LoggerFactory.getLogger(Syncs.class);
    private static final long FRESH_NANOS = 500_000_000L;
    private static final Instant LONG_AGO = Instant.EPOCH;

    private final Settings settings;
    private final JdbcClient jdbc;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    private record Known(boolean paused, long at) {}

    /** What is stored of a sync. */
    public record Stored(boolean paused, Optional<Instant> lastSuccess) {}

    Syncs(Settings settings, JdbcClient jdbc) {
        this.settings = settings;
        this.jdbc = jdbc;
    }

    /** Gives every configured sync its row. */
    public void register() {
        for (String name : settings.syncs().keySet()) {
            try {
                jdbc.sql("insert into sync (name, lease_until, last_fire) select ?, ?, ?"
                                + " where not exists (select 1 from sync where name = ?)")
                        .params(name, StoredTime.of(LONG_AGO), StoredTime.of(LONG_AGO), name)
                        .update();
            } catch (DuplicateKeyException otherNode) {
                // Another node was first; its row is as good.
            }
        }
    }

    public Stored read(String sync) {
        return jdbc.sql("select paused, last_success from sync where name = ?")
                .param(sync)
                .query((rs, i) -> new Stored(rs.getBoolean(1), StoredTime.read(rs, 2)))
                .single();
    }

    /** The syncs that are paused. */
    public Set<String> paused() {
        return Set.copyOf(jdbc.sql("select name from sync where paused")
                .query(String.class)
                .list());
    }

    /** Why a run of this sync may send nothing more; as the database said not long ago. */
    public Optional<String> whyNot(String sync) {
        Known last = known.get(sync);
        if (last == null || System.nanoTime() - last.at() > FRESH_NANOS) {
            last = new Known(read(sync).paused(), System.nanoTime());
            known.put(sync, last);
        }
        return last.paused() ? Optional.of("sync " + sync + " is paused") : Optional.empty();
    }

    /** Pauses a sync for all nodes, or ends its pause. */
    public void pause(String sync, boolean paused) {
        int changed = jdbc.sql("update sync set paused = ? where name = ? and paused <> ?")
                .params(paused, sync, paused)
                .update();
        if (changed > 0) {
            LOG.info("{}: {}", sync, paused ? "paused" : "resumed");
        }
        known.remove(sync);
    }
}
