package io.cohortsync.diff;

import io.cohortsync.config.Settings;
import io.cohortsync.held.Decisions;
import io.cohortsync.link.Link;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.source.Chunk;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * The diff by fingerprints: the snapshot streams past a compact index of what each link's target has acknowledged. Links
 * whose indexes do not fit into the memory given together are compared part by part, through temporary files.
 */
@Component
class FingerprintDiff implements Diff {

    /** What a member takes in an index: the fingerprint, its share of the directory, the seen-mark. */
    private static final int BYTES_A_MEMBER = 10;

    private static final int MOST_PARTS = 1_024;

    private final MembershipStore store;
    private final Fingerprint fingerprint;
    private final DiffSettings settings;
    private final IndexCache cache;

    @Autowired
    FingerprintDiff(MembershipStore store, Fingerprint fingerprint, Settings settings) {
        this(
                store,
                fingerprint,
                new DiffSettings(settings.diffMemory().toBytes(), Path.of(System.getProperty("java.io.tmpdir"))));
    }

    FingerprintDiff(MembershipStore store, Fingerprint fingerprint, DiffSettings settings) {
        this.store = store;
        this.fingerprint = fingerprint;
        this.settings = settings;
        this.cache = new IndexCache(settings.memoryBytes());
    }

    @Override
    public Pass begin(
            Map<Link, Collection<Doubt>> links,
            Map<Link, Integer> columns,
            Map<Link, Decisions> decisions,
            Instant now) {
        long needed = links.keySet().stream().mapToLong(FingerprintDiff::bytes).sum();
        boolean fits = needed <= settings.memoryBytes();
        Map<Link, Acknowledged> whole = fits ? load(links.keySet(), needed) : Map.of();
        List<LinkPass> passes = new ArrayList<>();
        try {
            addPasses(passes, links, columns, decisions, whole, now);
        } catch (RuntimeException | Error e) {
            passes.forEach(LinkPass::close);
            throw e;
        }
        return new AllLinks(passes);
    }

    private void addPasses(
            List<LinkPass> passes,
            Map<Link, Collection<Doubt>> links,
            Map<Link, Integer> columns,
            Map<Link, Decisions> decisions,
            Map<Link, Acknowledged> whole,
            Instant now) {
        links.forEach((link, doubts) -> {
            int parts = (int) Math.min(MOST_PARTS, bytes(link) / settings.memoryBytes() + 2);
            passes.add(new LinkPass(
                    store,
                    cache,
                    settings,
                    link,
                    columns.get(link),
                    fingerprint,
                    doubts,
                    decisions.getOrDefault(link, Decisions.NONE),
                    Optional.ofNullable(whole.get(link)),
                    parts,
                    now));
        });
    }

    /** Those known from the last run first, or they would be what makes room for the others. */
    private Map<Link, Acknowledged> load(Collection<Link> links, long needed) {
        Map<Link, Acknowledged> whole = new HashMap<>();
        links.forEach(link -> cache.take(link).ifPresent(known -> whole.put(link, known)));
        cache.makeRoom(needed);
        links.forEach(link -> whole.computeIfAbsent(
                link, l -> Acknowledged.load(store, l.id(), FingerprintRange.ALL, l.acknowledged())));
        return whole;
    }

    IndexCache cache() {
        return cache;
    }

    private static long bytes(Link link) {
        return link.acknowledged() * BYTES_A_MEMBER;
    }

    private record AllLinks(List<LinkPass> passes) implements Pass {

        @Override
        public void accept(Chunk chunk) {
            for (LinkPass pass : passes) {
                pass.accept(chunk);
            }
        }

        @Override
        public List<LinkPlan> complete() {
            return passes.stream().map(LinkPass::complete).toList();
        }

        @Override
        public void close() {
            passes.forEach(LinkPass::close);
        }
    }
}
