package io.cohortsync.link;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The version of a link, which every transaction raises that writes of its members: what a node keeps of them in memory is
 * good for one version only. The raised row is locked, so of two writers the second sees what the first wrote.
 */
@Component
public class LinkVersions {

    private final JdbcClient jdbc;

    LinkVersions(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** To be called first in a transaction of anybody but a run; the next run reads, whatever the last one has delivered. */
    public void raise(long link) {
        // The sync's row before the link's, as a run locks them that begins.
        jdbc.sql("update sync set delivered_state = null where name = (select sync from link where id = ?)")
                .param(link)
                .update();
        jdbc.sql("update link set version = version + 1 where id = ?")
                .param(link)
                .update();
    }

    /**
     * To be called first in a transaction of a run that writes of a link, but not of its members.
     *
     * @return false: the lease is no longer this run's, and nothing may be written
     */
    public boolean lock(long link, long token) {
        return jdbc.sql("update link set version = version where id = ? and token = ?")
                        .params(link, token)
                        .update()
                > 0;
    }

    /**
     * To be called first in a transaction of a run.
     *
     * @param token of the run's lease
     * @param acknowledged by how many more members the target is now known to hold
     * @param exitsSent whether exits are about to be sent, so that an enter after them is a new message
     * @return false: the lease is no longer this run's, and nothing may be written
     */
    public boolean raise(long link, long token, long acknowledged, boolean exitsSent) {
        return jdbc.sql(
                                "update link set version = version + 1, acknowledged = acknowledged + ?, exit_epoch = exit_epoch + ?"
                                        + " where id = ? and token = ?")
                        .params(acknowledged, exitsSent ? 1 : 0, link, token)
                        .update()
                > 0;
    }
}
