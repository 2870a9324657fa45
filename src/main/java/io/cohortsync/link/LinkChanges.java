package io.cohortsync.link;

import io.cohortsync.config.SyncSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** What a person decides about what is known of a link; the next run acts on it. */
@Component
public class LinkChanges {

    private static final Logger LOG = LoggerFactory.getLogger(LinkChanges.class);

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final LinkVersions versions;
    private final LinkIdentity identities;

    LinkChanges(JdbcClient jdbc, TransactionOperations transactions, LinkVersions versions, LinkIdentity identities) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.versions = versions;
        this.identities = identities;
    }

    /** Has every acknowledged member sent again that the next snapshot still wants. */
    public void resync(Link link) {
        transactions.executeWithoutResult(tx -> {
            versions.raise(link.id());
            // A raised exit epoch makes every enter a new message, which no target drops as repeated.
            jdbc.sql("update link set exit_epoch = exit_epoch + 1,"
                            + " resync_after = (select coalesce(max(id), 0) from run) where id = ?")
                    .param(link.id())
                    .update();
        });
        LOG.info("{}: resync: the next run sends {} acknowledged members again", link.name(), link.acknowledged());
    }

    /** Takes what configuration says now for what the link was filled under, and has all of its members sent there. */
    public void keepAndResync(SyncSettings sync, Link link) {
        // Kept and not sent would be a lie after a crash.
        transactions.executeWithoutResult(tx -> {
            keep(sync, link);
            resync(link);
        });
    }

    /** Takes what configuration says now for what the link was filled under; a list elsewhere is looked up again. */
    public void keep(SyncSettings sync, Link link) {
        transactions.executeWithoutResult(tx -> {
            versions.raise(link.id());
            String stored = jdbc.sql("select identity from link where id = ?")
                    .param(link.id())
                    .query(String.class)
                    .single();
            if (identities.isElsewhere(stored, sync, link.settings())) {
                jdbc.sql("update link set remote_id = null, remote_asked = null, read_back_at = null where id = ?")
                        .param(link.id())
                        .update();
            }
            jdbc.sql("update link set identity = ? where id = ?")
                    .params(identities.of(sync, link.settings()), link.id())
                    .update();
        });
        LOG.info("{}: accepted that {}", link.name(), link.identityChange().orElse("nothing has changed"));
    }
}
