package io.cohortsync.readback;

import io.cohortsync.delivery.LeaseLostException;
import io.cohortsync.link.Link;
import io.cohortsync.link.LinkVersions;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.run.Lease;
import io.cohortsync.state.StoredTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** What read-backs write; every transaction begins by checking that the sync's lease is still theirs. */
@Component
class ReadBackStore {

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final LinkVersions versions;
    private final MembershipStore members;

    ReadBackStore(JdbcClient jdbc, TransactionOperations transactions, LinkVersions versions, MembershipStore members) {
        this.jdbc = jdbc;
        this.versions = versions;
        this.transactions = transactions;
        this.members = members;
    }

    /**
     * Whether a link has not been read back for so long, and was sent something before there was time enough for its target
     * to take it in.
     */
    boolean isDue(Link link, Instant now, Duration every, Duration settling) {
        return jdbc.sql("select count(*) from link where id = ? and remote_id is not null and acknowledged > 0"
                                + " and (read_back_at is null or read_back_at <= ?)"
                                + " and not exists (select 1 from (select min(closed_at) as first_at from delivery"
                                + " where link_id = ? and outcome = 'accepted') d where d.first_at > ?)")
                        .params(
                                link.id(),
                                StoredTime.of(now.minus(every)),
                                link.id(),
                                StoredTime.of(now.minus(settling)))
                        .query(Long.class)
                        .single()
                > 0;
    }

    /** These members are acknowledged no longer; sent again, they are new messages. */
    void unmatched(Lease lease, Link link, List<Member> absent, Instant now) {
        transactions.executeWithoutResult(tx -> {
            if (!versions.raise(link.id(), lease.token(), -absent.size(), true)) {
                throw new LeaseLostException(link.name());
            }
            members.update(link.id(), absent, now);
        });
    }

    /** A link was read back. */
    void done(Lease lease, Link link, Instant now) {
        jdbc.sql("update link set read_back_at = ? where id = ? and token = ?")
                .params(StoredTime.of(now), link.id(), lease.token())
                .update();
    }
}
