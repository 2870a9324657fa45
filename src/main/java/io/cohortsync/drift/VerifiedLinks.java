package io.cohortsync.drift;

import io.cohortsync.delivery.LeaseLostException;
import io.cohortsync.link.Link;
import io.cohortsync.run.Lease;
import io.cohortsync.state.StoredTime;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Remembers of every link what was found last. */
@Component
public class VerifiedLinks {

    private final JdbcClient jdbc;

    VerifiedLinks(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @throws LeaseLostException if a run may have begun meanwhile, so that what was found may be wrong */
    void remember(Lease lease, Link link, Verified found) {
        int written = jdbc.sql(
                        "update link set verified_at = ?, verified_missing = ?, verified_extra = ?, verified_unsettled = ?"
                                + " where id = ? and token = ?")
                .params(
                        StoredTime.of(found.at()),
                        found.missing(),
                        found.extra(),
                        found.unknownSettling(),
                        link.id(),
                        lease.token())
                .update();
        if (written == 0) {
            throw new LeaseLostException(link.name());
        }
    }

    /** Empty: it was never verified. */
    public Optional<Verified> last(Link link) {
        return jdbc.sql("select verified_at, verified_missing, verified_extra, verified_unsettled from link"
                        + " where id = ? and verified_at is not null")
                .param(link.id())
                .query((rs, i) ->
                        new Verified(StoredTime.read(rs, 1).orElseThrow(), rs.getLong(2), rs.getLong(3), rs.getLong(4)))
                .optional();
    }
}
