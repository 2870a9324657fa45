package io.cohortsync.target;

import io.cohortsync.config.Settings;
import io.cohortsync.config.TargetSettings;
import io.cohortsync.member.Fingerprint;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What every call to a target must know: whether it is paused or stopped, and its gate. */
@Component
public class Targets {

    private static final Logger LOG = LoggerFactory.getLogger(Targets.class);
    private static final long FRESH_NANOS = 500_000_000L;

    private final Settings settings;
    private final JdbcClient jdbc;
    private final Fingerprint fingerprint;
    private final Map<String, TargetGate> gates;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    private record Known(Condition condition, long at) {}

    /**
     * What the database says of a target.
     *
     * @param paused by a person
     * @param stopped by a configuration error: which one
     */
    public record Condition(boolean paused, Optional<String> stopped) {

        /** Why nothing may be sent; empty: it may. */
        public Optional<String> whyNot(String target) {
            return paused
                    ? Optional.of("target " + target + " is paused")
                    : stopped.map(reason -> "target " + target + " is stopped: " + reason);
        }
    }

    Targets(Settings settings, JdbcClient jdbc, Fingerprint fingerprint) {
        this.settings = settings;
        this.jdbc = jdbc;
        this.fingerprint = fingerprint;
        this.gates = settings.targets().values().stream()
                .collect(Collectors.toMap(
                        TargetSettings::name, target -> new TargetGate(target.inFlight(), target.rate())));
    }

    public TargetGate gate(String target) {
        return gates.get(target);
    }

    /** What the database says now. */
    public Condition read(String target) {
        Condition condition = jdbc.sql("select paused, stopped from target where name = ?")
                .param(target)
                .query((rs, i) -> new Condition(rs.getBoolean(1), Optional.ofNullable(rs.getString(2))))
                .single();
        known.put(target, new Known(condition, System.nanoTime()));
        return condition;
    }

    /** The targets that are paused. */
    public Set<String> paused() {
        return Set.copyOf(jdbc.sql("select name from target where paused")
                .query(String.class)
                .list());
    }

    /** What the database said not long ago: for those who ask often. */
    public Condition glance(String target) {
        Known last = known.get(target);
        return last != null && System.nanoTime() - last.at() < FRESH_NANOS ? last.condition() : read(target);
    }

    /** Pauses a target for all nodes, or ends its pause; resuming also ends a stop. */
    public void pause(String target, boolean paused) {
        jdbc.sql("update target set paused = ?, stopped = case when ? then stopped else null end where name = ?")
                .params(paused, paused, target)
                .update();
        known.remove(target);
    }

    /** Stops a target for a configuration error; said once, however many calls meet it. */
    public void stop(String target, String reason) {
        int first = jdbc.sql("update target set stopped = ?, stopped_under = ? where name = ? and stopped is null")
                .params(reason, configured(settings.targets().get(target)), target)
                .update();
        known.remove(target);
        if (first > 0) {
            LOG.error(
                    "Target {} is stopped, nothing more is sent to it: {}. Mend its configuration and restart,"
                            + " or POST /api/targets/{}/resume",
                    target,
                    reason,
                    target);
        }
    }

    /** Gives every configured target its row; one that was stopped under another configuration gets another try. */
    public void register() {
        for (TargetSettings target : settings.targets().values()) {
            int there = jdbc.sql(
                            "update target set stopped = case when stopped_under = ? then stopped else null end where name = ?")
                    .params(configured(target), target.name())
                    .update();
            if (there == 0) {
                insert(target.name());
            }
            read(target.name())
                    .stopped()
                    .ifPresent(reason -> LOG.error(
                            "Target {} is still stopped: {}. POST /api/targets/{}/resume to try it again",
                            target.name(),
                            reason,
                            target.name()));
        }
    }

    private void insert(String target) {
        try {
            jdbc.sql("insert into target (name) values (?)").param(target).update();
        } catch (DuplicateKeyException otherNode) {
            // Another node was first; its row is as good.
        }
    }

    private String configured(TargetSettings target) {
        StringBuilder all = new StringBuilder(target.type()).append(target.options());
        target.secrets()
                .forEach((name, secret) ->
                        all.append('\0').append(name).append('\0').append(secret.value()));
        return Long.toHexString(fingerprint.of(all.toString()));
    }
}
