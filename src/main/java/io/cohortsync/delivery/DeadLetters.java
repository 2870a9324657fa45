package io.cohortsync.delivery;

import io.cohortsync.diff.PlannedChange;
import io.cohortsync.link.LinkVersions;
import io.cohortsync.state.StoredTime;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** The dead letters: changes that a target refuses, each with the reason, until it is tried again or no longer wanted. */
@Component
public class DeadLetters {

    private static final int WORDS = 2000;
    private static final String BEFORE_SENDING = "refused before sending";

    private final JdbcClient jdbc;
    private final JdbcTemplate batches;
    private final TransactionOperations transactions;
    private final LinkVersions versions;
    private final Clock clock;

    DeadLetters(
            JdbcClient jdbc,
            JdbcTemplate batches,
            TransactionOperations transactions,
            LinkVersions versions,
            Clock clock) {
        this.jdbc = jdbc;
        this.batches = batches;
        this.transactions = transactions;
        this.versions = versions;
        this.clock = clock;
    }

    /**
     * A dead letter as the HTTP API shows it.
     *
     * @param reason the status that the target answered with, or that it was refused before any call
     * @param reasonClass {@code invalid | too-large | refused}: what that says of the record
     */
    public record DeadLetter(
            long id,
            String sync,
            String target,
            String memberKey,
            String direction,
            String reason,
            String reasonClass,
            String words,
            int attempts,
            Instant firstAt,
            Instant lastAt,
            Instant nextTry) {}

    private static String reasonClass(String reason) {
        return switch (reason) {
            case "HTTP 400", "HTTP 422" -> "invalid";
            case "HTTP 413", BEFORE_SENDING -> "too-large";
            default -> "refused";
        };
    }

    /** The reasons that there are letters for. */
    public List<String> reasons() {
        return jdbc.sql("select distinct reason from dead_letter order by reason")
                .query(String.class)
                .list();
    }

    /** Sets a refused change aside; returns how often it was refused, this time included. */
    int add(long link, PlannedChange change, Failure failure, Instant now) {
        int before = jdbc.sql(
                        "select attempts from dead_letter where link_id = ? and fingerprint = ? and member_key = ?")
                .params(link, change.fingerprint(), change.key())
                .query(Integer.class)
                .optional()
                .orElse(0);
        String reason = failure.status().map(status -> "HTTP " + status).orElse(BEFORE_SENDING);
        String words = failure.words().length() <= WORDS
                ? failure.words()
                : failure.words().substring(0, WORDS);
        OffsetDateTime nextTry = StoredTime.of(RetryClock.REJECTED.next(now, before + 1));
        if (before > 0) {
            countForRedrive("refused", link, List.of(change));
            jdbc.sql(
                            "update dead_letter set direction = ?, reason = ?, words = ?, attempts = ?, last_at = ?, next_try = ?,"
                                    + " redrive_id = null, redriven_after = null"
                                    + " where link_id = ? and fingerprint = ? and member_key = ?")
                    .params(change.enter() ? 1 : -1, reason, words, before + 1, StoredTime.of(now), nextTry)
                    .params(link, change.fingerprint(), change.key())
                    .update();
        } else {
            jdbc.sql("insert into dead_letter (link_id, fingerprint, member_key, direction, reason, words, attempts,"
                            + " first_at, last_at, next_try) values (?, ?, ?, ?, ?, ?, 1, ?, ?, ?)")
                    .params(link, change.fingerprint(), change.key(), change.enter() ? 1 : -1, reason, words)
                    .params(StoredTime.of(now), StoredTime.of(now), nextTry)
                    .update();
        }
        return before + 1;
    }

    /** Drops the dead letters of changes that were taken. */
    void accepted(long link, List<PlannedChange> changes) {
        if (!changes.isEmpty() && hasAny(link)) {
            countForRedrive("accepted", link, changes);
            settle(link, changes);
        }
    }

    /** Tells the redrives that these letters belong to, if they do, what came of them. */
    private void countForRedrive(String outcome, long link, List<PlannedChange> changes) {
        Map<Long, Integer> letters = new TreeMap<>();
        batches.query(
                "select d.redrive_id, count(*) from dead_letter d join"
                        + " unnest(cast(? as bigint array), cast(? as varchar array)) v (fingerprint, member_key)"
                        + " on d.fingerprint = v.fingerprint and d.member_key = v.member_key"
                        + " where d.link_id = ? and d.redrive_id is not null group by d.redrive_id",
                (RowCallbackHandler) rs -> letters.put(rs.getLong(1), rs.getInt(2)),
                changes.stream().map(PlannedChange::fingerprint).toArray(Long[]::new),
                changes.stream().map(PlannedChange::key).toArray(String[]::new),
                link);
        letters.forEach(
                (redrive, number) -> jdbc.sql("update redrive set " + outcome + " = " + outcome + " + ? where id = ?")
                        .params(number, redrive)
                        .update());
    }

    /** Drops the dead letters of changes that nobody wants any more, or whose people turned out not to be known. */
    void settle(long link, List<PlannedChange> changes) {
        // Most links have none, and then there is no need to look for each member's.
        if (changes.isEmpty() || !hasAny(link)) {
            return;
        }
        batches.batchUpdate(
                "delete from dead_letter where link_id = ? and fingerprint = ? and member_key = ?",
                changes,
                changes.size(),
                (ps, change) -> {
                    ps.setLong(1, link);
                    ps.setLong(2, change.fingerprint());
                    ps.setString(3, change.key());
                });
    }

    private boolean hasAny(long link) {
        return jdbc.sql("select exists (select 1 from dead_letter where link_id = ?)")
                .param(link)
                .query(Boolean.class)
                .single();
    }

    /** The dead letters, newest first; each filter narrows them where it is given. */
    public List<DeadLetter> list(Optional<String> sync, Optional<String> target, Optional<String> reason, int limit) {
        StringBuilder sql = new StringBuilder(
                "select d.*, l.sync, l.target from dead_letter d join link l on l.id = d.link_id where 1 = 1");
        List<Object> parameters = new ArrayList<>();
        filter(sql, parameters, "l.sync", sync);
        filter(sql, parameters, "l.target", target);
        filter(sql, parameters, "d.reason", reason);
        sql.append(" order by d.last_at desc, d.id desc fetch first ")
                .append(limit)
                .append(" rows only");
        return jdbc.sql(sql.toString())
                .params(parameters)
                .query((rs, i) -> new DeadLetter(
                        rs.getLong("id"),
                        rs.getString("sync"),
                        rs.getString("target"),
                        rs.getString("member_key"),
                        rs.getInt("direction") > 0 ? "enter" : "exit",
                        rs.getString("reason"),
                        reasonClass(rs.getString("reason")),
                        rs.getString("words"),
                        rs.getInt("attempts"),
                        StoredTime.read(rs, "first_at").orElseThrow(),
                        StoredTime.read(rs, "last_at").orElseThrow(),
                        StoredTime.read(rs, "next_try").orElseThrow()))
                .list();
    }

    /**
     * Drops a dead letter: it is no longer shown. The change stays settled until the time it was to be tried again
     * anyway, so nothing is sent because of this; if it is still wanted then and refused once more, it is a new dead
     * letter.
     *
     * @return whether there was one
     */
    public boolean drop(long id) {
        return jdbc.sql("select link_id from dead_letter where id = ?")
                .param(id)
                .query(Long.class)
                .optional()
                .map(link -> transactions.execute(tx -> {
                    versions.raise(link);
                    return jdbc.sql("delete from dead_letter where id = ?")
                                    .param(id)
                                    .update()
                            > 0;
                }))
                .orElse(false);
    }

    private static void filter(StringBuilder sql, List<Object> parameters, String column, Optional<String> value) {
        value.ifPresent(wanted -> {
            sql.append(" and ").append(column).append(" = ?");
            parameters.add(wanted);
        });
    }

    /** How many dead letters a link has. */
    public long count(long link) {
        return jdbc.sql("select count(*) from dead_letter where link_id = ?")
                .param(link)
                .query(Long.class)
                .single();
    }
}
