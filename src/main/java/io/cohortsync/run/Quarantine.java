package io.cohortsync.run;

import io.cohortsync.config.SyncSettings;
import io.cohortsync.schedule.Firings;
import io.cohortsync.state.StoredTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Slows a sync that keeps failing: its cohort could not be read so often in a row that asking its source again each time
 * would only be one more burden. A target in trouble is no reason, for its own gate slows that.
 */
@Component
public class Quarantine {

    private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

    private static final int FAILURES = 5;
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(1);

    private final JdbcClient jdbc;
    private final Clock clock;

    Quarantine(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /**
     * What a person should know of a sync that is slowed.
     *
     * @param since when the first of the failures in a row was
     * @param failures how many in a row
     * @param why what the last one said
     * @param nextTry before which no schedule and no change runs it
     * @param advice what to do
     */
    public record Quarantined(Instant since, int failures, String why, Instant nextTry, String advice) {}

    private record Row(int failures, Optional<Instant> since, String why, Optional<Instant> nextTry) {}

    /** Whether a sync is slowed, and why. */
    public Optional<Quarantined> of(String sync) {
        return row(sync)
                .flatMap(row -> row.nextTry()
                        .map(at ->
                                new Quarantined(row.since().orElse(at), row.failures(), row.why(), at, advice(sync))));
    }

    private static String advice(String sync) {
        return "mend the cause, then POST /api/syncs/" + sync + "/run: a run that reads its cohort ends this";
    }

    private Optional<Row> row(String sync) {
        return jdbc.sql("select failures, failing_since, coalesce(last_failure, ''), next_try from sync where name = ?")
                .param(sync)
                .query((rs, i) ->
                        new Row(rs.getInt(1), StoredTime.read(rs, 2), rs.getString(3), StoredTime.read(rs, 4)))
                .optional();
    }

    /** A run could not read its cohort. */
    void failed(Run run, String why) {
        SyncSettings sync = run.sync();
        Optional<Row> before = row(sync.name());
        int failures = before.map(Row::failures).orElse(0) + 1;
        Optional<Instant> nextTry = failures < FAILURES ? Optional.empty() : nextTry(run, failures);
        Instant now = clock.instant();
        int ours = jdbc.sql(
                        "update sync set failures = ?, failing_since = coalesce(failing_since, ?), last_failure = ?,"
                                + " next_try = ? where name = ? and token = ?")
                .param(failures)
                .param(StoredTime.of(now))
                .param(why)
                .param(nextTry.map(StoredTime::of).orElse(null))
                .params(sync.name(), run.lease().token())
                .update();
        if (ours > 0 && nextTry.isPresent() && before.flatMap(Row::nextTry).isEmpty()) {
            LOG.warn(
                    "{}: quarantined, it failed {} times in a row since {}, the last time with: {}; it is tried again at"
                            + " {}, and less often each time. To do: {}",
                    sync.name(),
                    failures,
                    before.flatMap(Row::since).orElse(now),
                    why,
                    nextTry.get(),
                    advice(sync.name()));
        }
    }

    /** The due time about as far away as the schedule's own interval doubled with each failure; empty: it has none. */
    private static Optional<Instant> nextTry(Run run, int failures) {
        Firings firings = Firings.of(run.sync().schedule(), run.sync().name());
        Optional<Instant> next = firings.nextDue(run.startedAt());
        return next.map(first -> {
            Duration interval =
                    Duration.between(firings.lastDue(run.startedAt()).orElse(run.startedAt()), first);
            Duration wait = doubled(interval.compareTo(SHORTEST) < 0 ? SHORTEST : interval, failures - FAILURES + 1);
            // Half an interval early: a run begins a little after it was due.
            Instant from = run.startedAt().plus(wait).minus(interval.dividedBy(2));
            return from.isBefore(first) ? first : firings.nextDue(from).orElse(first);
        });
    }

    private static Duration doubled(Duration wait, int times) {
        Duration longer = wait;
        for (int i = 0; i < times && longer.compareTo(LONGEST) < 0; i++) {
            longer = longer.multipliedBy(2);
        }
        return longer.compareTo(LONGEST) < 0 ? longer : LONGEST;
    }

    /** A run has read its cohort. */
    void ended(Run run) {
        String sync = run.sync().name();
        Optional<Row> before = row(sync).filter(row -> row.failures() > 0);
        if (before.isEmpty()) {
            return;
        }
        int ours = jdbc.sql("update sync set failures = 0, failing_since = null, last_failure = null, next_try = null"
                        + " where name = ? and token = ?")
                .params(sync, run.lease().token())
                .update();
        if (ours > 0 && before.get().nextTry().isPresent()) {
            LOG.info(
                    "{}: no longer quarantined: after {} failures its cohort could be read",
                    sync,
                    before.get().failures());
        }
    }
}
