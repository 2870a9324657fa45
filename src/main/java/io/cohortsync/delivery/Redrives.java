package io.cohortsync.delivery;

import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.link.LinkVersions;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.state.StoredTime;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Sends dead letters again, so many a minute: it makes them due and has their syncs run; {@code redrives} in the routes.
 * All of it is in the database, so any node goes on with it, also after a restart.
 */
@Component
public class Redrives {

    private static final Logger LOG = LoggerFactory.getLogger(Redrives.class);

    private static final Duration SLICE = Duration.ofMinutes(1);
    private static final String RUNNING = "running";

    private final Settings settings;
    private final JdbcClient jdbc;
    private final MembershipStore members;
    private final LinkVersions versions;
    private final TransactionOperations transactions;
    private final Clock clock;

    Redrives(
            Settings settings,
            JdbcClient jdbc,
            MembershipStore members,
            LinkVersions versions,
            TransactionOperations transactions,
            Clock clock) {
        this.settings = settings;
        this.jdbc = jdbc;
        this.members = members;
        this.versions = versions;
        this.transactions = transactions;
        this.clock = clock;
    }

    /**
     * Which dead letters are meant; each narrows them where it is given.
     *
     * @param reason as the letters have it
     */
    public record Filter(Optional<String> sync, Optional<String> target, Optional<String> reason) {}

    /** One letter that a redrive has not made due yet. */
    private record Letter(long id, long link) {}

    /** One redrive as it is stored. */
    private record Row(
            long id,
            Filter filter,
            int rate,
            String state,
            int total,
            int accepted,
            int refused,
            int leftOver,
            Instant nextSlice,
            Instant startedAt,
            Optional<Instant> finishedAt) {}

    /** Begins to send all these letters again; those of another redrive are this one's from now on. */
    public Redrive begin(Filter filter, int perMinute) {
        Instant now = now();
        long id = transactions.execute(tx -> {
            List<Long> links = links(filter);
            links.forEach(versions::raise);
            long redrive = insert(filter, perMinute, now);
            int total = 0;
            for (long link : links) {
                total += jdbc.sql("update dead_letter set redrive_id = ?, redriven_after = null"
                                + " where link_id = ? and reason = coalesce(cast(? as varchar), reason)")
                        .params(redrive, link)
                        .param(filter.reason().orElse(null))
                        .update();
            }
            jdbc.sql("update redrive set total = ? where id = ?")
                    .params(total, redrive)
                    .update();
            return redrive;
        });
        slice(row(id).orElseThrow(), now);
        endThoseThatAreDone(now);
        return find(id).orElseThrow();
    }

    /** As exact as the database keeps it: what is due now must not be rounded up to be due a moment later. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private long insert(Filter filter, int perMinute, Instant now) {
        GeneratedKeyHolder id = new GeneratedKeyHolder();
        jdbc.sql("insert into redrive (sync, target, reason, rate, state, total, next_slice, started_at)"
                        + " values (?, ?, ?, ?, 'running', 0, ?, ?)")
                .param(filter.sync().orElse(null))
                .param(filter.target().orElse(null))
                .param(filter.reason().orElse(null))
                .params(perMinute, StoredTime.of(now), StoredTime.of(now))
                .update(id, "id");
        return id.getKey().longValue();
    }

    /** The links that still send, in the order in which whoever locks several of them does. */
    private List<Long> links(Filter filter) {
        Set<List<String>> sending = settings.syncs().values().stream()
                .filter(SyncSettings::inUse)
                .filter(sync -> filter.sync().orElse(sync.name()).equals(sync.name()))
                .flatMap(sync -> sync.links().stream())
                .filter(LinkSettings::inUse)
                .map(link -> List.of(link.sync(), link.target().name()))
                .filter(link -> filter.target().orElse(link.get(1)).equals(link.get(1)))
                .collect(Collectors.toSet());
        record Named(long id, List<String> names) {}
        return jdbc
                .sql("select id, sync, target from link order by id")
                .query((rs, i) -> new Named(rs.getLong(1), List.of(rs.getString(2), rs.getString(3))))
                .list()
                .stream()
                .filter(link -> sending.contains(link.names()))
                .map(Named::id)
                .toList();
    }

    /** Makes the next letters due, unless another node has just done it. */
    private void slice(Row redrive, Instant now) {
        List<Letter> next = jdbc.sql(
                        "select id, link_id from dead_letter where redrive_id = ? and redriven_after is null"
                                + " order by id fetch first " + redrive.rate() + " rows only")
                .param(redrive.id())
                .query((rs, i) -> new Letter(rs.getLong(1), rs.getLong(2)))
                .list();
        if (next.isEmpty()) {
            return;
        }
        Set<Long> links = next.stream().map(Letter::link).collect(Collectors.toCollection(TreeSet::new));
        transactions.executeWithoutResult(tx -> {
            // A run under way waits, or this for it: its transactions begin with the same rows.
            links.forEach(versions::raise);
            int ours = jdbc.sql(
                            "update redrive set next_slice = ? where id = ? and state = 'running' and next_slice = ?")
                    .params(StoredTime.of(now.plus(SLICE)), redrive.id(), StoredTime.of(redrive.nextSlice()))
                    .update();
            if (ours == 0) {
                tx.setRollbackOnly();
                return;
            }
            jdbc.sql(
                            "update dead_letter set next_try = :now, redriven_after = (select coalesce(max(r.id), 0) from run r"
                                    + " join link l on l.sync = r.sync where l.id = dead_letter.link_id)"
                                    + " where redrive_id = :redrive and id in (:letters)")
                    .param("now", StoredTime.of(now))
                    .param("redrive", redrive.id())
                    .param("letters", next.stream().map(Letter::id).toList())
                    .update();
            links.forEach(link -> members.redrive(link, now));
        });
    }

    /**
     * Makes letters due where the time has come.
     *
     * @return the syncs that have not run since some of theirs were made due
     */
    public List<String> syncs() {
        try {
            List<Row> running = rows("where state = 'running'");
            if (running.isEmpty()) {
                return List.of();
            }
            Instant now = now();
            running.stream()
                    .filter(redrive -> !redrive.nextSlice().isAfter(now))
                    .forEach(redrive -> slice(redrive, now));
            endThoseThatAreDone(now);
            return syncsToRun();
        } catch (DataAccessException e) {
            LOG.debug("no dead letter can be redriven while the state database does not answer", e);
            return List.of();
        }
    }

    private List<String> syncsToRun() {
        // Not by time, which nodes need not agree about: a run with a later number has seen what is due.
        return jdbc
                .sql("select distinct l.sync from dead_letter d join redrive r on r.id = d.redrive_id"
                        + " join link l on l.id = d.link_id join sync s on s.name = l.sync"
                        + " where r.state = 'running' and not s.paused and not exists"
                        + " (select 1 from run where run.sync = l.sync and run.id > d.redriven_after)"
                        + " and d.redriven_after is not null")
                .query(String.class)
                .list()
                .stream()
                .filter(name -> Optional.ofNullable(settings.syncs().get(name))
                        .filter(SyncSettings::inUse)
                        .isPresent())
                .toList();
    }

    private void endThoseThatAreDone(Instant now) {
        jdbc.sql("update redrive set state = 'done', finished_at = ? where state = 'running'"
                        + " and not exists (select 1 from dead_letter where dead_letter.redrive_id = redrive.id)")
                .param(StoredTime.of(now))
                .update();
    }

    /** Makes no more letters due; false: it has ended. Those that are due go out with the next run of their sync. */
    public boolean cancel(long id) {
        return transactions.execute(tx -> {
            jdbc.sql("select distinct link_id from dead_letter where redrive_id = ? order by link_id")
                    .param(id)
                    .query(Long.class)
                    .list()
                    .forEach(versions::raise);
            int left = jdbc.sql(
                            "update dead_letter set redrive_id = null where redrive_id = ? and redriven_after is null")
                    .param(id)
                    .update();
            int cancelled = jdbc.sql("update redrive set state = 'cancelled', left_over = ?, finished_at = ?"
                            + " where id = ? and state = 'running'")
                    .params(left, StoredTime.of(now()), id)
                    .update();
            return cancelled > 0;
        });
    }

    /** One redrive, and how far it has got. */
    public Optional<Redrive> find(long id) {
        return row(id).map(this::progress);
    }

    /** The latest redrives, newest first. */
    public List<Redrive> latest(int limit) {
        return rows("order by id desc fetch first " + limit + " rows only").stream()
                .map(this::progress)
                .toList();
    }

    private Redrive progress(Row row) {
        List<Integer> letters = jdbc.sql(
                        "select count(*) - count(redriven_after), count(redriven_after) from dead_letter"
                                + " where redrive_id = ?")
                .param(row.id())
                .query((rs, i) -> List.of(rs.getInt(1), rs.getInt(2)))
                .single();
        int left = row.state().equals(RUNNING) ? letters.get(0) : row.leftOver();
        int due = letters.get(1);
        int sent = row.accepted() + row.refused();
        return new Redrive(
                row.id(),
                row.state(),
                row.filter().sync(),
                row.filter().target(),
                row.filter().reason(),
                row.rate(),
                row.total(),
                row.total(),
                left,
                due,
                sent,
                row.accepted(),
                row.refused(),
                row.total() - left - due - sent,
                row.startedAt(),
                row.finishedAt());
    }

    private Optional<Row> row(long id) {
        return rows("where id = ?", id).stream().findFirst();
    }

    private List<Row> rows(String which, Object... parameters) {
        return new ArrayList<>(jdbc.sql("select * from redrive " + which)
                .params(parameters)
                .query((rs, i) -> row(rs))
                .list());
    }

    private static Row row(ResultSet rs) throws SQLException {
        return new Row(
                rs.getLong("id"),
                new Filter(
                        Optional.ofNullable(rs.getString("sync")),
                        Optional.ofNullable(rs.getString("target")),
                        Optional.ofNullable(rs.getString("reason"))),
                rs.getInt("rate"),
                rs.getString("state"),
                rs.getInt("total"),
                rs.getInt("accepted"),
                rs.getInt("refused"),
                rs.getInt("left_over"),
                StoredTime.read(rs, "next_slice").orElseThrow(),
                StoredTime.read(rs, "started_at").orElseThrow(),
                StoredTime.read(rs, "finished_at"));
    }
}
