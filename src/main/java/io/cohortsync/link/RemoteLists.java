package io.cohortsync.link;

import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.Settings;
import io.cohortsync.state.StoredTime;
import java.time.Instant;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Which list at its target (a cohort, a segment) each link fills. Creating one is not idempotent, so that it is asked for is
 * stored before it is.
 */
@Component
public class RemoteLists {

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final Settings settings;

    RemoteLists(JdbcClient jdbc, TransactionOperations transactions, Settings settings) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.settings = settings;
    }

    /**
     * What is stored of a link's list.
     *
     * @param id the list's id there; empty: none is known
     * @param asked since when one may have been created without our having heard of it, by this node's clock
     */
    public record Remote(Optional<String> id, Optional<Instant> asked) {}

    public Remote read(Link link) {
        return jdbc.sql("select remote_id, remote_asked from link where id = ?")
                .param(link.id())
                .query((rs, i) -> new Remote(Optional.ofNullable(rs.getString(1)), StoredTime.read(rs, 2)))
                .single();
    }

    /**
     * Writes down, before the call, that a list is about to be created; an earlier time without an answer stands.
     *
     * @param token of the run's lease
     * @return false: the lease is no longer this run's, and nothing was written
     */
    public boolean ask(Link link, long token, Instant now) {
        return jdbc.sql("update link set remote_asked = coalesce(remote_asked, ?) where id = ? and token = ?")
                        .params(StoredTime.of(now), link.id(), token)
                        .update()
                > 0;
    }

    /** No list was created for certain. Parameter and result as in {@link #ask}. */
    public boolean refused(Link link, long token) {
        return jdbc.sql("update link set remote_asked = null where id = ? and token = ?")
                        .params(link.id(), token)
                        .update()
                > 0;
    }

    /** What came of claiming a list. */
    public sealed interface Claim {

        /** From now on the link fills it. */
        record Ours() implements Claim {}

        /** Another link of the same target does, and this is its name. */
        record Taken(String by) implements Claim {}

        /** The lease is no longer this run's, and nothing was written. */
        record LeaseLost() implements Claim {}
    }

    /**
     * Claims a list for a link, unless another link of its target fills it. Links of one target claim one after the other,
     * on all nodes: the target's row is locked, so the second sees what the first wrote.
     *
     * @param token of the run's lease
     */
    public Claim claim(Link link, long token, String id) {
        return transactions.execute(tx -> {
            jdbc.sql("update target set name = name where name = ?")
                    .param(link.settings().target().name())
                    .update();
            Optional<String> other = otherThatFills(link, id);
            if (other.isPresent()) {
                return new Claim.Taken(other.get());
            }
            return remember(link, token, id) ? new Claim.Ours() : new Claim.LeaseLost();
        });
    }

    private boolean remember(Link link, long token, String id) {
        return jdbc.sql("update link set remote_id = ?, remote_asked = null where id = ? and token = ?")
                        .params(id, link.id(), token)
                        .update()
                > 0;
    }

    /** Another configured link of the same target that fills this list, by name. */
    private Optional<String> otherThatFills(Link link, String id) {
        String target = link.settings().target().name();
        return jdbc
                .sql("select sync from link where target = ? and remote_id = ? and id <> ?")
                .params(target, id, link.id())
                .query(String.class)
                .list()
                .stream()
                .filter(sync -> fills(sync, target))
                .map(sync -> sync + " → " + target)
                .findFirst();
    }

    private boolean fills(String sync, String target) {
        return Optional.ofNullable(settings.syncs().get(sync)).stream()
                .flatMap(known -> known.links().stream())
                .map(LinkSettings::target)
                .anyMatch(known -> known.name().equals(target));
    }
}
