package io.cohortsync.delivery;

import io.cohortsync.diff.PlannedChange;
import io.cohortsync.held.Prints;
import io.cohortsync.link.Link;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.membership.Standing;
import io.cohortsync.testing.StateBeans;
import java.time.Instant;
import java.util.List;

/** What is written down of a batch before it is sent. */
public final class SentBatches {

    private SentBatches() {}

    /** A batch that nobody has answered; its number. */
    public static long open(StateBeans beans, Link link, Instant at, boolean enter, List<String> keys) {
        Fingerprint fingerprint = beans.bean(Fingerprint.class);
        List<PlannedChange> changes = keys.stream()
                .map(key -> new PlannedChange(key, fingerprint.of(key), enter, Standing.NONE, ""))
                .toList();
        return beans.bean(DeliveryStore.class).open(link.id(), 1, changes, Prints.NONE, at);
    }
}
