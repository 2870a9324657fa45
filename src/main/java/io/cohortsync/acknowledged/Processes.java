package io.cohortsync.acknowledged;

import java.lang.management.ManagementFactory;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** The process table: which processes live. Time is the database's, so that all agree about who is dead. */
@Component
class Processes implements DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(Processes.class);

    /** As long as a lease: four renewals may fail before a process is taken for dead. */
    private static final String END = "current_timestamp + interval '20' second";

    private final JdbcClient jdbc;
    private final String token = ManagementFactory.getRuntimeMXBean().getName() + "/" + UUID.randomUUID();
    private boolean registered;
    private boolean late;

    Processes(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** What this process signs with. */
    String token() {
        return token;
    }

    /** From now on this process lives; what dead ones left is swept away. */
    synchronized void register() {
        registered = true;
        renewal();
        jdbc.sql("delete from process where alive_until < current_timestamp").update();
        jdbc.sql("delete from unconfirmed where not confirmed"
                        + " and not exists (select 1 from process where process.token = unconfirmed.process)")
                .update();
    }

    @Scheduled(fixedRate = 5, timeUnit = TimeUnit.SECONDS)
    synchronized void renew() {
        if (!registered) {
            return;
        }
        try {
            renewal();
            late = false;
        } catch (DataAccessException e) {
            LOG.atLevel(late ? Level.DEBUG : Level.WARN)
                    .log(
                            "This process cannot say that it lives: after 20 s members that routes have added and not confirmed"
                                    + " count as absent: {}",
                            e.getMostSpecificCause().getMessage());
            late = true;
        }
    }

    private void renewal() {
        int renewed = jdbc.sql("update process set alive_until = " + END + " where token = ?")
                .param(token)
                .update();
        // The first time, or another process took this one for dead.
        if (renewed == 0) {
            jdbc.sql("insert into process (token, alive_until) values (?, " + END + ")")
                    .param(token)
                    .update();
        }
    }

    @Override
    public synchronized void destroy() {
        registered = false;
        try {
            jdbc.sql("delete from process where token = ?").param(token).update();
        } catch (DataAccessException e) {
            LOG.debug("the end of this process is not written down; it is noticed within 20 s", e);
        }
    }
}
