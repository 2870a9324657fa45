package io.cohortsync.drift;

import io.cohortsync.config.ListSettings;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.config.TargetSettings;
import io.cohortsync.delivery.HeldException;
import io.cohortsync.delivery.NotTriedException;
import io.cohortsync.link.Link;
import io.cohortsync.link.Links;
import io.cohortsync.link.RemoteLists;
import io.cohortsync.readback.Difference;
import io.cohortsync.readback.ReadBack;
import io.cohortsync.readback.ReadBacks;
import io.cohortsync.run.Lease;
import io.cohortsync.run.Standstills;
import io.cohortsync.target.Ability;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Verifies what targets really hold, and has sent again what they lost; {@code drift} in the routes. */
@Component
public class Drift {

    private static final Logger LOG = LoggerFactory.getLogger(Drift.class);

    private final Settings settings;
    private final Standstills standstills;
    private final Links links;
    private final RemoteLists lists;
    private final ReadBacks readBacks;
    private final VerifiedLinks verified;
    private final CamelContext camel;

    Drift(
            Settings settings,
            Standstills standstills,
            Links links,
            RemoteLists lists,
            ReadBacks readBacks,
            VerifiedLinks verified,
            CamelContext camel) {
        this.settings = settings;
        this.standstills = standstills;
        this.links = links;
        this.lists = lists;
        this.readBacks = readBacks;
        this.verified = verified;
        this.camel = camel;
    }

    /**
     * Begins to verify a sync, which does not run until {@link #end}.
     *
     * @param target one of its targets; null: all
     * @throws NotTriedException if it runs just now
     */
    public Verification begin(String sync, String target) {
        Lease lease = standstills
                .begin(sync)
                .orElseThrow(
                        () -> new NotTriedException("A run of sync " + sync + " is under way, or it is being verified:"
                                + " what is found meanwhile would not be true. Try again when that has ended"));
        try {
            return verification(settings.syncs().get(sync), Optional.ofNullable(target), lease);
        } catch (RuntimeException e) {
            standstills.end(lease);
            throw e;
        }
    }

    private Verification verification(SyncSettings sync, Optional<String> target, Lease lease) {
        List<Link> wanted = links.of(sync).stream()
                .filter(link ->
                        target.map(link.settings().target().name()::equals).orElse(true))
                .toList();
        Map<Link, String> unreadable = new LinkedHashMap<>();
        wanted.forEach(link -> whyNot(link).ifPresent(why -> unreadable.put(link, why)));
        return new Verification(lease, wanted, unreadable);
    }

    private Optional<String> whyNot(Link link) {
        TargetSettings target = link.settings().target();
        if (link.settings().trait().isPresent()) {
            return Optional.of("cannot be verified: Segment tells nobody who has a trait");
        }
        Optional<String> why = Ability.READ_BACK.whyNot(camel, target).or(link::identityChange);
        if (why.isPresent()) {
            return why.map(words -> "cannot be verified: " + words);
        }
        boolean nowhere = link.settings().list().isPresent()
                && lists.read(link)
                        .id()
                        .or(() -> link.settings().list().flatMap(ListSettings::id))
                        .isEmpty();
        return nowhere ? Optional.of("nothing to verify: nothing was sent yet") : Optional.empty();
    }

    /** A target was read to the end. */
    public void add(Verification verification, ReadBack readBack) {
        verification.add(readBack);
    }

    /** What all of them hold, against what they acknowledged; of members nothing is changed. */
    public List<LinkFinding> compare(Verification verification) {
        return findings(verification, false);
    }

    /**
     * As {@link #compare}; those missing are no longer taken for acknowledged, so that the next run sends them.
     *
     * @throws HeldException if what one target told is not believed; nothing is changed at any
     */
    public List<LinkFinding> sendAgain(Verification verification) {
        verification.readable().stream().map(verification::of).forEach(readBacks::believe);
        return findings(verification, true);
    }

    private List<LinkFinding> findings(Verification verification, boolean sendAgain) {
        List<LinkFinding> findings = new ArrayList<>();
        for (Link link : verification.links()) {
            LinkFinding finding = Optional.ofNullable(verification.unreadable().get(link))
                    .map(why -> unread(link, why))
                    .orElseGet(() -> finding(verification, link, sendAgain));
            LOG.info("{}: {}", link.name(), finding.words());
            findings.add(finding);
        }
        return findings;
    }

    private LinkFinding finding(Verification verification, Link link, boolean sendAgain) {
        ReadBack readBack = verification.of(link);
        Difference found =
                sendAgain ? readBacks.sendAgain(verification.lease(), readBack) : readBacks.compare(readBack);
        Instant at = readBack.begunAt().truncatedTo(ChronoUnit.MILLIS);
        verified.remember(
                verification.lease(), link, new Verified(at, found.missing(), found.extra(), found.unknownSettling()));
        return new LinkFinding(
                link.settings().target().name(),
                link.acknowledged(),
                Optional.of(found.there()),
                Optional.of(found.missing()),
                Optional.of(found.extra()),
                Optional.of(found.unknownSettling()),
                Optional.of(found.sampleMissing()).filter(sample -> !sample.isEmpty()),
                Optional.of(at),
                words(link, readBack, found, sendAgain));
    }

    private static LinkFinding unread(Link link, String why) {
        return new LinkFinding(
                link.settings().target().name(),
                link.acknowledged(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                why);
    }

    private static String words(Link link, ReadBack readBack, Difference found, boolean sendAgain) {
        StringBuilder words = new StringBuilder();
        words.append(String.format(
                Locale.ROOT, "of %,d acknowledged, %,d are not there", link.acknowledged(), found.missing()));
        if (found.missing() > 0) {
            words.append(
                    sendAgain
                            ? ", and are sent again"
                            : ": POST /api/syncs/" + link.settings().sync() + "/repair sends them again");
        }
        if (found.extra() > 0) {
            words.append(String.format(
                    Locale.ROOT, "; %,d are there whom this sync did not add: they are never removed", found.extra()));
        }
        if (found.unknownSettling() > 0) {
            words.append(String.format(
                    Locale.ROOT,
                    "; of %,d it cannot be said yet, since they are in doubt or changed within 5 minutes",
                    found.unknownSettling()));
        }
        if (!readBack.note().isEmpty()) {
            words.append("; ").append(readBack.note());
        }
        return words.toString();
    }

    /** The sync may run again; true: a run was asked for meanwhile. */
    public boolean end(Verification verification) {
        return standstills.end(verification.lease());
    }
}
