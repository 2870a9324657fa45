package io.cohortsync.readback;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.cohortsync.config.SecretMask;
import io.cohortsync.delivery.DeliveryStore;
import io.cohortsync.delivery.HeldException;
import io.cohortsync.delivery.NotTriedException;
import io.cohortsync.delivery.RetryClock;
import io.cohortsync.diff.Doubt;
import io.cohortsync.link.Link;
import io.cohortsync.link.Links;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.membership.Standing;
import io.cohortsync.run.Run;
import io.cohortsync.target.Targets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
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

    /** Nobody says how soon Customer.io shows a change; this is ample. */
    static final Duration SETTLING = Duration.ofMinutes(5);

    private static final int AT_ONCE = 1_000;

    /** Of more than so many acknowledged people at least one should be there. */
    private static final int PLAUSIBLY_NONE = 100;

    private final ReadBackStore store;
    private final MembershipStore members;
    private final DeliveryStore deliveries;
    private final Links links;
    private final Targets targets;
    private final Fingerprint fingerprint;
    private final SecretMask mask;
    private final Clock clock;

    /** Why a link is held, by its id, since the list it fills was found to be gone; until its next read-back. */
    private final Map<Long, String> held = new ConcurrentHashMap<>();

    ReadBacks(
            ReadBackStore store,
            MembershipStore members,
            DeliveryStore deliveries,
            Links links,
            Targets targets,
            Fingerprint fingerprint,
            SecretMask mask,
            Clock clock) {
        this.store = store;
        this.members = members;
        this.deliveries = deliveries;
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
                .filter(link -> store.isDue(link, clock.instant(), EVERY, SETTLING))
                .toList();
    }

    /** @param canonical the one spelling of a key, for keys that the target takes for the same */
    public ReadBack begin(Link link, UnaryOperator<String> canonical) {
        held.remove(link.id());
        return new ReadBack(link, fingerprint, canonical);
    }

    /** Whether one more page may be asked for. */
    public void check(Run run) {
        if (!run.lease().outlastsARequest()) {
            throw new NotTriedException("the lease could not be renewed in time");
        }
    }

    /** All pages are read: whoever is acknowledged, not in doubt and not there becomes unmatched. */
    public void complete(Run run, ReadBack readBack) {
        Link link = readBack.link();
        Instant now = clock.instant();
        readBack.complete();
        if (readBack.size() == 0 && link.acknowledged() > PLAUSIBLY_NONE) {
            LOG.warn(
                    "{}: nobody was read back, where {} people are acknowledged: that is not believed, nothing is changed by it",
                    link.name(),
                    link.acknowledged());
            store.done(run, link, now);
            return;
        }
        Set<String> inDoubt =
                deliveries.doubts(link.id()).stream().map(Doubt::key).collect(Collectors.toSet());
        LongStream.Builder suspects = LongStream.builder();
        members.acknowledged(link.id(), Long.MIN_VALUE, Long.MAX_VALUE, print -> {
            if (!readBack.holds(print)) {
                suspects.add(print);
            }
        });
        long[] prints = suspects.build().sorted().distinct().toArray();
        long missing = 0;
        for (int from = 0; from < prints.length; from += AT_ONCE) {
            List<Long> some = Arrays.stream(prints, from, Math.min(from + AT_ONCE, prints.length))
                    .boxed()
                    .toList();
            List<Member> absent = members.acknowledgedBefore(link.id(), some, now.minus(SETTLING)).stream()
                    .filter(member -> !inDoubt.contains(member.key()) && !readBack.holds(member.key()))
                    .map(member -> unmatched(member, run, now))
                    .toList();
            if (!absent.isEmpty()) {
                store.unmatched(run, link, absent, now);
                missing += absent.size();
            }
        }
        store.done(run, link, now);
        LOG.info("{}", words(link, readBack, missing));
    }

    private static Member unmatched(Member member, Run run, Instant now) {
        int tries = member.tries() + 1;
        return new Member(
                member.fingerprint(),
                member.key(),
                Standing.UNMATCHED,
                run.id(),
                tries,
                Optional.of(RetryClock.UNMATCHED.next(now, tries)));
    }

    private static String words(Link link, ReadBack readBack, long missing) {
        return String.format(
                Locale.ROOT,
                "%s: read back %,d people; of %,d acknowledged, %,d are not there and will be tried again",
                link.name(),
                readBack.size(),
                link.acknowledged(),
                missing);
    }

    /** Not all could be read: nothing is changed, and the next run reads back again. */
    public void failed(Link link, Exception thrown) {
        if (thrown instanceof HeldException) {
            held.put(link.id(), thrown.getMessage().replaceFirst("^held: ", ""));
        } else {
            LOG.warn(
                    "{}: could not be read back, nothing is changed by that: {}",
                    link.name(),
                    thrown instanceof HttpOperationFailedException answer
                            ? "HTTP " + answer.getStatusCode()
                            : words(thrown));
        }
    }

    /** The JSON parser would quote what it found, which may be a person. */
    private String words(Exception thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof JsonProcessingException) {
                return "the answer is not JSON";
            }
        }
        return mask.apply(String.valueOf(thrown.getMessage()));
    }

    /** The run, which sees its links as they are after what was read back. */
    public Run after(Run run) {
        List<Link> current = new ArrayList<>();
        for (Link link : links.of(run.sync())) {
            current.add(Optional.ofNullable(held.get(link.id())).map(link::held).orElse(link));
        }
        return run.with(current);
    }
}
