package io.cohortsync.diff;

import io.cohortsync.held.Decisions;
import io.cohortsync.link.Link;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.source.Chunk;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One snapshot compared with one link: at once if the link's members fit into the memory given, else part by part. */
final class LinkPass {

    private final MembershipStore store;
    private final Link link;
    private final Decisions decisions;
    private final Instant now;
    private final Map<Long, List<Doubt>> doubts = new HashMap<>();
    private final Findings found;
    private final IndexCache cache;
    private final DiffSettings settings;
    private final Optional<Acknowledged> whole;
    private final Optional<Matching> matching;
    private final Optional<Partitions> partitions;
    private final Beside beside;
    private final KeyReader reader;
    private Optional<FollowedIndex> followed = Optional.empty();

    /**
     * @param whole all who are acknowledged; empty: they do not fit into the memory given
     * @param parts how many parts it is compared in then
     */
    LinkPass(
            MembershipStore store,
            IndexCache cache,
            DiffSettings settings,
            Link link,
            int column,
            Fingerprint fingerprint,
            Collection<Doubt> inDoubt,
            Decisions decisions,
            Optional<Acknowledged> whole,
            int parts,
            Instant now) {
        this.store = store;
        this.cache = cache;
        this.settings = settings;
        this.link = link;
        this.decisions = decisions;
        this.now = now;
        this.found = new Findings(settings.directory());
        for (Doubt doubt : inDoubt) {
            doubts.computeIfAbsent(fingerprint.of(doubt.key()), print -> new ArrayList<>(1))
                    .add(doubt);
        }
        this.whole = whole;
        matching = whole.map(all -> matching(FingerprintRange.ALL, all));
        partitions = whole.isPresent() ? Optional.empty() : Optional.of(new Partitions(settings.directory(), parts));
        beside = new Beside("diff " + link.name(), matching.<KeySink>map(m -> m).orElseGet(partitions::get));
        reader = new KeyReader(link, column, fingerprint, beside);
    }

    private Matching matching(FingerprintRange range, Acknowledged acknowledged) {
        return new Matching(store, link, range, acknowledged, found.enters(), doubts, now);
    }

    void accept(Chunk chunk) {
        reader.accept(chunk);
    }

    LinkPlan complete() {
        beside.finish();
        matching.ifPresent(done -> found.add(done, link.exitEpoch()));
        partitions.ifPresent(this::matchPartByPart);
        ReadCounts counts = found.complete(reader);
        followed = whole.map(all -> new FollowedIndex(
                all, link.version(), matching.orElseThrow().ambiguousPrints(), counts, settings.memoryBytes()));
        return new SpooledPlan(store, link, counts, found, decisions, followed);
    }

    private void matchPartByPart(Partitions parts) {
        for (int part = 0; part < parts.count(); part++) {
            FingerprintRange range = FingerprintRange.part(part, parts.count());
            Matching some =
                    matching(range, Acknowledged.load(store, link.id(), range, link.acknowledged() / parts.count()));
            parts.drain(part, some);
            found.add(some, link.exitEpoch());
        }
    }

    /** Gives back what it holds on disk, and keeps what is known of the link's members for the next run. */
    void close() {
        beside.abandon();
        partitions.ifPresent(Partitions::close);
        found.close();
        Optional<Acknowledged> known = followed.map(FollowedIndex::after).orElse(whole);
        long version = followed.map(FollowedIndex::version).orElse(link.version());
        known.ifPresent(members -> cache.put(link.id(), version, members));
    }
}
