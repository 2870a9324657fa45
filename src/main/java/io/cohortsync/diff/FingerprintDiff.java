package io.cohortsync.diff;

import io.cohortsync.link.Link;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.source.Chunk;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** The diff by fingerprints: the snapshot streams past a compact index of what each link's target has acknowledged. */
@Component
class FingerprintDiff implements Diff {

    private final MembershipStore store;
    private final Fingerprint fingerprint;

    FingerprintDiff(MembershipStore store, Fingerprint fingerprint) {
        this.store = store;
        this.fingerprint = fingerprint;
    }

    @Override
    public Pass begin(Map<Link, Collection<Doubt>> links, Map<Link, Integer> columns, Instant now) {
        List<LinkComparison> comparisons = new ArrayList<>();
        List<Integer> columnOf = new ArrayList<>();
        links.forEach((link, doubts) -> {
            comparisons.add(new LinkComparison(link, fingerprint, store, doubts, now));
            columnOf.add(columns.get(link));
        });
        return new Pass() {
            @Override
            public void accept(Chunk chunk) {
                long record = chunk.firstRecord();
                for (String[] row : chunk.rows()) {
                    for (int i = 0; i < comparisons.size(); i++) {
                        comparisons.get(i).accept(row[columnOf.get(i)], record);
                    }
                    record++;
                }
            }

            @Override
            public List<LinkPlan> complete() {
                return comparisons.stream().map(LinkComparison::complete).toList();
            }
        };
    }
}
