package io.cohortsync.quota;

import io.cohortsync.quota.Downloads.Used;
import io.cohortsync.state.StoredTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** What was asked of vendors, in the state database. */
@Component
class CallBook {

    /** What a row stands for. */
    enum Kind {
        CALL("call"),
        DOWNLOAD("download"),
        DOWNLOAD_BY_HAND("by-hand");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final Set<String> registered = ConcurrentHashMap.newKeySet();

    CallBook(JdbcClient jdbc, TransactionOperations transactions) {
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    /** Does something while no other node can for this source. */
    <T> T alone(String source, Supplier<T> something) {
        register(source);
        return transactions.execute(tx -> {
            jdbc.sql("select name from source where name = ? for update")
                    .param(source)
                    .query(String.class)
                    .single();
            return something.get();
        });
    }

    private void register(String source) {
        if (registered.contains(source)) {
            return;
        }
        try {
            jdbc.sql("insert into source (name) select ? where not exists (select 1 from source where name = ?)")
                    .params(source, source)
                    .update();
        } catch (DuplicateKeyException otherNode) {
            // Another node was first; its row is as good.
        }
        registered.add(source);
    }

    long write(String source, Kind kind, Instant now) {
        GeneratedKeyHolder id = new GeneratedKeyHolder();
        jdbc.sql("insert into source_call (source, kind, made_at) values (?, ?, ?)")
                .params(source, kind.word, StoredTime.of(now))
                .update(id, "id");
        return id.getKeyAs(Long.class);
    }

    void strike(long id) {
        jdbc.sql("delete from source_call where id = ?").param(id).update();
    }

    void date(long id, Instant made) {
        jdbc.sql("update source_call set made_at = ? where id = ?")
                .params(StoredTime.of(made), id)
                .update();
    }

    int calls(String source, Instant since) {
        return count(source, Kind.CALL, since);
    }

    Used downloads(String source, Instant since) {
        return new Used(count(source, Kind.DOWNLOAD, since), count(source, Kind.DOWNLOAD_BY_HAND, since));
    }

    private int count(String source, Kind kind, Instant since) {
        return jdbc.sql("select count(*) from source_call where source = ? and kind = ? and made_at > ?")
                .params(source, kind.word, StoredTime.of(since))
                .query(Integer.class)
                .single();
    }

    /** When the call was made that is followed by so many others. */
    Optional<Instant> callBefore(String source, int others) {
        return jdbc.sql("select made_at from source_call where source = ? and kind = ? order by made_at desc"
                        + " offset ? rows fetch next 1 rows only")
                .params(source, Kind.CALL.word, others)
                .query((rs, i) -> StoredTime.read(rs, 1).orElseThrow())
                .optional();
    }

    /** Forgets what no limit looks at any more. */
    void prune(String source, Instant now, Duration longestWindow) {
        jdbc.sql("delete from source_call where source = ? and (kind = ? and made_at < ? or kind <> ? and made_at < ?)")
                .params(
                        source,
                        Kind.CALL.word,
                        StoredTime.of(now.minus(longestWindow)),
                        Kind.CALL.word,
                        StoredTime.of(Downloads.monthOf(now)))
                .update();
    }
}
