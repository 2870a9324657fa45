package io.cohortsync.readback;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.cohortsync.config.SecretMask;
import io.cohortsync.delivery.HeldException;
import io.cohortsync.delivery.NotTriedException;
import io.cohortsync.delivery.RetryClock;
import io.cohortsync.link.Link;
import io.cohortsync.link.Links;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.membership.Standing;
import io.cohortsync.run.Lease;
import io.cohortsync.run.Run;
import io.cohortsync.target.Targets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Compares who is acknowledged with who is there: a target that ignores silently whom it does not know has "accepted" them
 * all the same (contracts, section 8.2). Whoever is missing becomes unmatched, and is tried again when that is due;
 * {@code readBacks} in the routes.
 *
 * <p>It is done before a run compares its snapshot, so that the run sees what came of it, and never of people who were
 * acknowledged a moment ago: somebody wrongly thought missing would not be removed on leaving.
 */
@Component
public class ReadBacks {

    private static final Logger LOG = LoggerFactory.getLogger(ReadBacks.class);

    private static final Duration EVERY = Duration.ofDays(1);

    /** Of more than so many acknowledged people at least one should be there. */
    private static final int PLAUSIBLY_NONE = 100;

    private final ReadBackStore store;
    private final Differences differences;
    private final Links links;
    private final Targets targets;
    private final Fingerprint fingerprint;
    private final SecretMask mask;
    private final Clock clock;

    /** Why a link is held, by its id, since the list it fills was found to be gone; until its next read-back. */
    private final Map<Long, String> held = new ConcurrentHashMap<>();

    ReadBacks(
            ReadBackStore store,
            Differences differences,
            Links links,
            Targets targets,
            Fingerprint fingerprint,
            SecretMask mask,
            Clock clock) {
        this.store = store;
        this.differences = differences;
        this.links = links;
        this.targets = targets;
        this.fingerprint = fingerprint;
        this.mask = mask;
        this.clock = clock;
    }

    /** The links of a run whose targets are to be asked now. */
    public List<Link> due(Run run) {
        return run.links().stream()
                .filter(link ->
                        "daily".equals(link.settings().target().options().get("read-back")))
                .filter(link -> link.identityChange().isEmpty())
                .filter(link -> targets.glance(link.settings().target().name())
                        .whyNot(link.settings().target().name())
                        .isEmpty())
                .filter(link -> store.isDue(link, clock.instant(), EVERY, Differences.SETTLING))
                .toList();
    }

    /** @param canonical the one spelling of a key, for keys that the target takes for the same */
    public ReadBack begin(Link link, UnaryOperator<String> canonical) {
        held.remove(link.id());
        return new ReadBack(link, clock.instant(), fingerprint, canonical);
    }

    /** As the other, for a target to which each spelling is somebody else. */
    public ReadBack begin(Link link) {
        return begin(link, UnaryOperator.identity());
    }

    /** These people are there. */
    public void there(ReadBack readBack, Collection<String> keys) {
        keys.forEach(readBack::there);
    }

    /** Whether one more page may be asked for. */
    public void check(Lease lease) {
        if (!lease.outlastsARequest()) {
            throw new NotTriedException("the lease could not be renewed in time");
        }
    }

    /** All pages are read: whoever is acknowledged, not in doubt and not there becomes unmatched. */
    public void complete(Run run, ReadBack readBack) {
        Link link = readBack.link();
        Instant now = clock.instant();
        if (readBack.size() == 0 && link.acknowledged() > PLAUSIBLY_NONE) {
            LOG.warn(
                    "{}: nobody was read back, where {} people are acknowledged: that is not believed, nothing is changed by it",
                    link.name(),
                    link.acknowledged());
            store.done(run.lease(), link, now);
            return;
        }
        Difference difference = differences.of(
                readBack,
                absent -> store.unmatched(
                        run.lease(),
                        link,
                        absent.stream()
                                .map(member -> unmatched(member, run, now))
                                .toList(),
                        now));
        store.done(run.lease(), link, now);
        LOG.info("{}", words(link, difference));
    }

    /** What all pages show; nothing is changed. */
    public Difference compare(ReadBack readBack) {
        return differences.of(readBack, absent -> {});
    }

    /** @throws HeldException if so many are missing that the read may have ended early */
    public void believe(ReadBack readBack) {
        Difference all = compare(readBack);
        Link link = readBack.link();
        if (all.missing() > PLAUSIBLY_NONE && all.missing() > all.there()) {
            throw new HeldException(String.format(
                    Locale.ROOT,
                    "%s: %,d people were read back, and %,d who are acknowledged were not: that is not believed, and nothing was"
                            + " changed. If it is so, POST /api/syncs/%s/resync?target=%s sends all of them again",
                    link.name(),
                    all.there(),
                    all.missing(),
                    link.settings().sync(),
                    link.settings().target().name()));
        }
    }

    /** As {@link #compare}, and whoever is missing is no longer taken for acknowledged but due: the next run sends them. */
    public Difference sendAgain(Lease lease, ReadBack readBack) {
        Instant now = clock.instant();
        return differences.of(
                readBack,
                absent -> store.unmatched(
                        lease,
                        readBack.link(),
                        absent.stream()
                                .map(member -> unmatched(member, member.run(), member.tries(), now))
                                .toList(),
                        now));
    }

    private static Member unmatched(Member member, Run run, Instant now) {
        int tries = member.tries() + 1;
        return unmatched(member, run.id(), tries, RetryClock.UNMATCHED.next(now, tries));
    }

    private static Member unmatched(Member member, long run, int tries, Instant nextTry) {
        return new Member(member.fingerprint(), member.key(), Standing.UNMATCHED, run, tries, Optional.of(nextTry));
    }

    private static String words(Link link, Difference difference) {
        return String.format(
                Locale.ROOT,
                "%s: read back %,d people; of %,d acknowledged, %,d are not there and will be tried again",
                link.name(),
                difference.there(),
                link.acknowledged(),
                difference.missing());
    }

    /** Not all could be read: nothing is changed, and the next run reads back again. */
    public void failed(Link link, Exception thrown) {
        if (thrown instanceof HeldException) {
            held.put(link.id(), thrown.getMessage().replaceFirst("^held: ", ""));
        } else {
            LOG.warn("{}: could not be read back, nothing is changed by that: {}", link.name(), words(thrown));
        }
    }

    /** What went wrong; an answer, and what the JSON parser would quote of it, may be people. */
    public String words(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof HttpOperationFailedException answer) {
                return "HTTP " + answer.getStatusCode();
            }
            if (t instanceof JsonProcessingException) {
                return "the answer is not JSON";
            }
        }
        return mask.apply(String.valueOf(thrown.getMessage()));
    }

    /** The run, which sees its links as they are after what was read back. */
    public Run after(Run run) {
        // A link may be held for another reason since the run began.
        Map<Long, String> heldBefore = run.links().stream()
                .filter(link -> link.identityChange().isPresent() && !link.acceptable())
                .collect(
                        Collectors.toMap(Link::id, link -> link.identityChange().orElseThrow()));
        List<Link> current = new ArrayList<>();
        for (Link link : links.of(run.sync())) {
            current.add(Optional.ofNullable(held.get(link.id()))
                    .or(() -> Optional.ofNullable(heldBefore.get(link.id())))
                    .map(link::held)
                    .orElse(link));
        }
        return run.with(current);
    }
}
