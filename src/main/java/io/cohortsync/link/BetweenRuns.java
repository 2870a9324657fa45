package io.cohortsync.link;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Keeps runs away from the links of a sync while they are changed in a way that no run could go on after. That takes one
 * transaction, which locks the sync's row: a lease, as {@code run/Standstills} take for calls that last, would outlive it.
 */
@Component
class BetweenRuns {

    private final JdbcClient jdbc;

    BetweenRuns(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * To be called first in a transaction: until it ends no run of the sync begins. A node that stood still since its lease
     * ended can write no more to links that get this token.
     *
     * @return a token that no run has had, and the next run's is above
     * @throws RunUnderWayException if a run holds the lease
     */
    long begin(String sync) {
        int idle = jdbc.sql("update sync set token = token + 1 where name = ? and lease_until < current_timestamp")
                .param(sync)
                .update();
        if (idle == 0) {
            throw new RunUnderWayException(sync);
        }
        return token(sync);
    }

    private long token(String sync) {
        return jdbc.sql("select token from sync where name = ?")
                .param(sync)
                .query(Long.class)
                .single();
    }

    /** Raises the token to at least this, which a link brings along from another sync. */
    long atLeast(String sync, long token) {
        jdbc.sql("update sync set token = ? where name = ? and token < ?")
                .params(token, sync, token)
                .update();
        return token(sync);
    }
}
