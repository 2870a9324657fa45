package io.cohortsync.run;

import io.cohortsync.diff.ReadCounts;
import io.cohortsync.run.RunView.TargetView;
import io.cohortsync.state.StoredTime;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.stereotype.Component;

/** The tables run and run_link: what every run did. */
@Component
public class RunStore {

    private static final int WORDS = 2000;

    private final JdbcClient jdbc;

    RunStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    long insert(String sync, long token, Trigger trigger, Instant startedAt) {
        GeneratedKeyHolder id = new GeneratedKeyHolder();
        jdbc.sql("insert into run (sync, token, state, started_by, started_at) values (?, ?, 'running', ?, ?)")
                .params(sync, token, trigger.word(), StoredTime.of(startedAt))
                .update(id, "id");
        return id.getKey().longValue();
    }

    void insertLink(long run, long link, ReadCounts counts) {
        jdbc.sql(
                        "insert into run_link (run_id, link_id, state, invalid, anonymous, duplicate, same, settled, enter, exit)"
                                + " values (?, ?, 'running', ?, ?, ?, ?, ?, ?, ?)")
                .params(
                        run,
                        link,
                        counts.invalid(),
                        counts.anonymous(),
                        counts.duplicate(),
                        counts.same(),
                        counts.settled(),
                        counts.enter(),
                        counts.exit())
                .update();
    }

    /** Notes what was read; false: another node has ended this run's books. */
    boolean read(long run, long records) {
        return jdbc.sql("update run set records_read = ? where id = ? and state = 'running'")
                        .params(records, run)
                        .update()
                > 0;
    }

    /** Locks a run's books until the transaction ends; false: they are closed already. */
    boolean lock(long run) {
        return jdbc.sql("update run set state = state where id = ? and state = 'running'")
                        .param(run)
                        .update()
                > 0;
    }

    /** Locks a link's books until the transaction ends; false: they are closed already. */
    boolean lockLink(long run, long link) {
        return jdbc.sql("update run_link set state = state where run_id = ? and link_id = ? and state = 'running'")
                        .params(run, link)
                        .update()
                > 0;
    }

    /** Adds to one outcome of a link in a run; called in the transaction that records the answer. */
    public void count(long run, long link, Outcome outcome, long changes) {
        if (changes > 0) {
            jdbc.sql("update run_link set " + outcome.column() + " = " + outcome.column()
                            + " + ? where run_id = ? and link_id = ?")
                    .params(changes, run, link)
                    .update();
        }
    }

    void finishLink(long run, long link, RunState state, Optional<String> error) {
        jdbc.sql("update run_link set state = ?, error = ? where run_id = ? and link_id = ? and state = 'running'")
                .params(state.word(), cut(error), run, link)
                .update();
    }

    void finish(long run, RunState state, Optional<String> error, Instant at) {
        jdbc.sql("update run set state = ?, error = ?, finished_at = ? where id = ? and state = 'running'")
                .params(state.word(), cut(error), StoredTime.of(at), run)
                .update();
    }

    private static String cut(Optional<String> words) {
        return words.map(w -> w.length() <= WORDS ? w : w.substring(0, WORDS - 1) + "…")
                .orElse(null);
    }

    /** Asks whichever node is at it to end a run; false: it has ended. */
    public boolean cancel(long run) {
        return jdbc.sql("update run set cancel_asked = true where id = ? and state = 'running'")
                        .param(run)
                        .update()
                > 0;
    }

    /** Whether somebody asked for this run's end. */
    boolean isToBeCancelled(long run) {
        return jdbc.sql("select cancel_asked from run where id = ?")
                .param(run)
                .query(Boolean.class)
                .single();
    }

    /** The runs of a sync that say they are running under an older token: their node is gone. */
    List<Long> abandoned(String sync, long token) {
        return jdbc.sql("select id from run where sync = ? and state = 'running' and token < ?")
                .params(sync, token)
                .query(Long.class)
                .list();
    }

    /** How many changes of a link were sent in a run that has written down nothing more about them. */
    public long openMembers(long run, long link) {
        return jdbc.sql(
                        "select coalesce(sum(members), 0) from delivery where link_id = ? and run_id = ? and closed_at is null and outcome is null")
                .params(link, run)
                .query(Long.class)
                .single();
    }

    /** The run under way of a sync, if there is one. */
    public Optional<Long> running(String sync) {
        return jdbc.sql(
                        "select id from run where sync = ? and state = 'running' order by id desc fetch first 1 rows only")
                .param(sync)
                .query(Long.class)
                .optional();
    }

    /** Whether a run says that it is running although its lease has ended: its node is gone. */
    public boolean cutOff(long run) {
        return jdbc.sql(
                                "select count(*) from run r join sync s on s.name = r.sync where r.id = ? and r.state = 'running'"
                                        + " and (s.lease_until < current_timestamp or s.token <> r.token)")
                        .param(run)
                        .query(Long.class)
                        .single()
                > 0;
    }

    /** Each link's counts in a run, by the link's id. */
    public Map<Long, Counts> counts(long run) {
        return jdbc
                .sql("select * from run_link where run_id = ?")
                .param(run)
                .query((rs, i) -> Map.entry(rs.getLong("link_id"), counts(rs)))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** One run. */
    public Optional<RunView> find(long id) {
        return views(jdbc.sql("select * from run where id = ?")
                        .param(id)
                        .query((rs, i) -> row(rs))
                        .list())
                .stream()
                .findFirst();
    }

    /** The latest runs, newest first, of one sync or of all. */
    public List<RunView> latest(Optional<String> sync, int limit) {
        return views(jdbc.sql("select * from run" + (sync.isPresent() ? " where sync = ?" : "")
                        + " order by id desc fetch first " + limit + " rows only")
                .params(sync.stream().toList())
                .query((rs, i) -> row(rs))
                .list());
    }

    /**
     * What the last run that read a whole snapshot said of a link.
     *
     * @param startedAt when that run began
     * @param state what its part ended as
     * @param error what it left undone and why
     */
    public record LastRead(Counts counts, Instant startedAt, String state, Optional<String> error) {}

    /** What the last run that read a whole snapshot said of a link. */
    public Optional<LastRead> lastRead(long link) {
        return jdbc.sql("select l.*, r.started_at from run_link l join run r on r.id = l.run_id where l.link_id = ?"
                        + " order by l.run_id desc fetch first 1 rows only")
                .param(link)
                .query((rs, i) -> new LastRead(
                        counts(rs),
                        StoredTime.read(rs, "started_at").orElseThrow(),
                        rs.getString("state"),
                        Optional.ofNullable(rs.getString("error"))))
                .optional();
    }

    /**
     * Whether the last run to end a link's part, since then, has delivered there all that it should.
     *
     * @param nobodyCounts whether that may have been nobody
     */
    public boolean hasFilled(long link, Instant since, boolean nobodyCounts) {
        return jdbc.sql("select l.state, l.same + l.settled + l.enter from run_link l join run r on r.id = l.run_id"
                        + " where l.link_id = ?"
                        + " and l.state <> 'running' and (r.finished_at is null or r.finished_at >= ?)"
                        + " order by l.run_id desc fetch first 1 rows only")
                .params(link, StoredTime.of(since))
                .query((rs, i) ->
                        rs.getString(1).equals(RunState.SUCCEEDED.word()) && (nobodyCounts || rs.getLong(2) > 0))
                .optional()
                .orElse(false);
    }

    /** A run without its links. */
    private static RunView row(ResultSet rs) throws SQLException {
        return new RunView(
                rs.getLong("id"),
                rs.getString("sync"),
                rs.getString("state"),
                rs.getString("started_by"),
                StoredTime.read(rs, "started_at").orElseThrow(),
                StoredTime.read(rs, "finished_at"),
                rs.getLong("records_read"),
                Optional.ofNullable(rs.getString("error")),
                List.of());
    }

    /** The runs with their links, which are read at once for all of them. */
    private List<RunView> views(List<RunView> runs) {
        if (runs.isEmpty()) {
            return runs;
        }
        Map<Long, List<TargetView>> targets = new HashMap<>();
        jdbc.sql("select l.target, r.* from run_link r join link l on l.id = r.link_id where r.run_id in (:runs)"
                        + " order by l.id")
                .param("runs", runs.stream().map(RunView::id).toList())
                .query(rs -> {
                    targets.computeIfAbsent(rs.getLong("run_id"), run -> new ArrayList<>())
                            .add(target(rs));
                });
        return runs.stream()
                .map(run -> run.with(targets.getOrDefault(run.id(), List.of())))
                .toList();
    }

    private static TargetView target(ResultSet rs) throws SQLException {
        return new TargetView(
                rs.getString("target"), rs.getString("state"), counts(rs), Optional.ofNullable(rs.getString("error")));
    }

    private static Counts counts(ResultSet rs) throws SQLException {
        return new Counts(
                rs.getLong("invalid"),
                rs.getLong("anonymous"),
                rs.getLong("duplicate"),
                rs.getLong("same"),
                rs.getLong("settled"),
                rs.getLong("enter"),
                rs.getLong("exit"),
                rs.getLong("accepted"),
                rs.getLong("unmatched"),
                rs.getLong("rejected"),
                rs.getLong("failed"),
                rs.getLong("unanswered"),
                rs.getLong("held"),
                rs.getLong("waiting"));
    }
}
