package io.cohortsync.delivery;

import io.cohortsync.diff.Doubt;
import io.cohortsync.diff.PlannedChange;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    long open(long link, long run, List<PlannedChange> changes, Instant now) {
        GeneratedKeyHolder id = new GeneratedKeyHolder();
        jdbc.sql(
                        "insert into delivery (link_id, run_id, members, exits, member_keys, sent_at) values (?, ?, ?, ?, ?, ?)")
                .params(
                        link,
                        run,
                        changes.size(),
                        changes.stream().filter(change -> !change.enter()).count(),
                        CompressedKeys.pack(changes),
                        Timestamp.from(now))
                .update(id, "id");
        return id.getKey().longValue();
    }

    /** Ends the doubt about a delivery. */
    void close(long id, String outcome, Instant now) {
        jdbc.sql("update delivery set closed_at = ?, outcome = ? where id = ? and closed_at is null")
                .params(Timestamp.from(now), outcome, id)
                .update();
    }

    /** Writes down what is known of a delivery that stays in doubt. */
    void stillInDoubt(long id, String outcome) {
        jdbc.sql("update delivery set outcome = ? where id = ?")
                .params(outcome, id)
                .update();
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
}
