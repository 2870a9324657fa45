package io.cohortsync.delivery;

import io.cohortsync.diff.Doubt;
import io.cohortsync.diff.PlannedChange;
import io.cohortsync.held.Prints;
import io.cohortsync.state.StoredTime;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.stereotype.Component;

/** The delivery table: one row per call, written before it, closed by its answer. */
@Component
public class DeliveryStore {

    private final JdbcClient jdbc;

    DeliveryStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    long open(long link, long run, List<PlannedChange> changes, Prints approved, Instant now) {
        GeneratedKeyHolder id = new GeneratedKeyHolder();
        jdbc.sql(
                        "insert into delivery (link_id, run_id, members, exits, approved_exits, member_keys, sent_at) values (?, ?, ?, ?, ?, ?, ?)")
                .params(
                        link,
                        run,
                        changes.size(),
                        changes.stream().filter(change -> !change.enter()).count(),
                        changes.stream()
                                .filter(change -> !change.enter() && approved.contains(change.fingerprint()))
                                .count(),
                        CompressedKeys.pack(changes),
                        StoredTime.of(now))
                .update(id, "id");
        return id.getKey().longValue();
    }

    /** Ends the doubt about a delivery; false: it was ended before. */
    boolean close(long id, String outcome, Instant now) {
        return jdbc.sql("update delivery set closed_at = ?, outcome = ? where id = ? and closed_at is null")
                        .params(StoredTime.of(now), outcome, id)
                        .update()
                > 0;
    }

    /** Ends all doubt about a link, because a snapshot was taken for what its target holds. */
    public void rebaselined(long link, Instant now) {
        jdbc.sql("update delivery set closed_at = ?, outcome = 'rebaselined' where link_id = ? and closed_at is null")
                .params(StoredTime.of(now), link)
                .update();
    }

    /** Leaves only these members in doubt: later answers settled the others. */
    void keepOnly(long id, List<CompressedKeys.Sent> inDoubt) {
        jdbc.sql("update delivery set member_keys = ?, members = ?, exits = ? where id = ? and closed_at is null")
                .params(
                        CompressedKeys.packSent(inDoubt),
                        inDoubt.size(),
                        inDoubt.stream().filter(sent -> !sent.enter()).count(),
                        id)
                .update();
    }

    /** Forgets calls that were settled before this time. */
    void forgetBefore(Instant time) {
        jdbc.sql("delete from delivery where closed_at < ?")
                .param(StoredTime.of(time))
                .update();
    }

    /** Writes down what is known of a delivery that stays in doubt; false: that was done before. */
    boolean stillInDoubt(long id, String outcome) {
        return jdbc.sql("update delivery set outcome = ? where id = ? and outcome is null")
                        .params(outcome, id)
                        .update()
                > 0;
    }

    List<SupersededDoubt.Open> unanswered(long link) {
        return jdbc.sql(
                        "select id, run_id, member_keys from delivery where link_id = ? and closed_at is null order by id")
                .param(link)
                .query((rs, i) ->
                        new SupersededDoubt.Open(rs.getLong(1), rs.getLong(2), CompressedKeys.unpack(rs.getBytes(3))))
                .list();
    }

    private static Doubt later(Doubt one, Doubt other) {
        return new Doubt(one.key(), Math.max(one.lastEnter(), other.lastEnter()), Math.max(one.last(), other.last()));
    }

    /** The members of a link that are in doubt. */
    public Collection<Doubt> doubts(long link) {
        Map<String, Doubt> doubts = new HashMap<>();
        for (SupersededDoubt.Open delivery : unanswered(link)) {
            for (CompressedKeys.Sent sent : delivery.sent()) {
                Doubt doubt = new Doubt(sent.key(), sent.enter() ? delivery.run() : 0, delivery.run());
                doubts.merge(sent.key(), doubt, DeliveryStore::later);
            }
        }
        return doubts.values();
    }

    /** Tells those whose exits were answered after a time, one call after the other. */
    public void leftSince(long link, Instant time, Consumer<String> key) {
        jdbc.sql("select member_keys from delivery where link_id = ? and closed_at > ? and exits > 0")
                .params(link, StoredTime.of(time))
                .query((ResultSet rs) -> CompressedKeys.unpack(rs.getBytes(1)).stream()
                        .filter(sent -> !sent.enter())
                        .forEach(sent -> key.accept(sent.key())));
    }
}
