package io.cohortsync.run;

import io.cohortsync.diff.ReadCounts;
import io.cohortsync.run.RunView.TargetView;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
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
                .params(sync, token, trigger.word(), Timestamp.from(startedAt))
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
                .params(state.word(), cut(error), Timestamp.from(at), run)
                .update();
    }

    private static String cut(Optional<String> words) {
        return words.map(w -> w.length() <= WORDS ? w : w.substring(0, WORDS - 1) + "…")
                .orElse(null);
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
        return jdbc.sql("select * from run where id = ?")
                .param(id)
                .query((rs, i) -> view(rs))
                .optional();
    }

    /** The latest runs, newest first, of one sync or of all. */
    public List<RunView> latest(Optional<String> sync, int limit) {
        return jdbc.sql("select * from run where (cast(? as varchar) is null or sync = ?) order by id desc fetch first "
                        + limit + " rows only")
                .params(sync.orElse(null), sync.orElse(null))
                .query((rs, i) -> view(rs))
                .list();
    }

    /** What the last run that read a whole snapshot said of a link. */
    public Optional<Counts> lastCounts(long link) {
        return jdbc.sql("select l.* from run_link l where l.link_id = ? order by l.run_id desc fetch first 1 rows only")
                .param(link)
                .query((rs, i) -> counts(rs))
                .optional();
    }

    private RunView view(ResultSet rs) throws SQLException {
        long id = rs.getLong("id");
        return new RunView(
                id,
                rs.getString("sync"),
                rs.getString("state"),
                rs.getString("started_by"),
                rs.getTimestamp("started_at").toInstant(),
                Optional.ofNullable(rs.getTimestamp("finished_at")).map(Timestamp::toInstant),
                rs.getLong("records_read"),
                Optional.ofNullable(rs.getString("error")),
                targets(id));
    }

    private List<TargetView> targets(long run) {
        return jdbc.sql(
                        "select l.target, r.* from run_link r join link l on l.id = r.link_id where r.run_id = ? order by l.id")
                .param(run)
                .query((rs, i) -> new TargetView(
                        rs.getString("target"),
                        rs.getString("state"),
                        counts(rs),
                        Optional.ofNullable(rs.getString("error"))))
                .list();
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
