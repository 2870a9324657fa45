package io.cohortsync.mirror;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Who is in the cohorts that are pushed to us. Of two things said of one person the later counts, whichever came first;
 * whoever left is remembered for {@link #REMEMBERED}, so that this holds for those who left, too.
 */
@Component
public class Mirror {

    private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);

    /** How long after leaving a late older event still loses. */
    public static final Duration REMEMBERED = Duration.ofDays(7);

    private final MirrorTable table;
    private final TransactionOperations transactions;
    private final Clock clock;

    /** The cohorts that have a row; no row is ever deleted. */
    private final Set<List<String>> registered = ConcurrentHashMap.newKeySet();

    Mirror(MirrorTable table, TransactionOperations transactions, Clock clock) {
        this.table = table;
        this.transactions = transactions;
        this.clock = clock;
    }

    /** Every cohort that was ever pushed. */
    public List<MirrorCohort> cohorts() {
        return table.all();
    }

    /** A pushed cohort; empty: nothing of it was ever received. */
    public Optional<MirrorCohort> find(String source, String cohort) {
        return table.find(source, cohort);
    }

    /**
     * Who is in a cohort, a part at a time, each as known when it is read.
     *
     * @param after the last key of the part before; the empty text for the first
     */
    public List<MirrorMember> inside(MirrorCohort cohort, String after, int limit) {
        return table.inside(cohort.id(), after, limit);
    }

    /** Applies all of what some calls carried, or nothing. */
    void apply(List<Push> pushes) {
        Instant now = clock.instant();
        Map<List<String>, List<Push>> byCohort =
                new TreeMap<>((a, b) -> a.get(0).equals(b.get(0))
                        ? a.get(1).compareTo(b.get(1))
                        : a.get(0).compareTo(b.get(0)));
        for (Push push : pushes) {
            parts(push)
                    .forEach((cohort, part) -> byCohort.computeIfAbsent(
                                    List.of(push.source(), cohort), name -> new ArrayList<>())
                            .add(part));
        }
        byCohort.keySet().stream().filter(name -> !registered.contains(name)).forEach(name -> {
            table.register(name.get(0), name.get(1), now);
            registered.add(name);
        });
        // Every writer locks cohorts in this order, so that none waits for another in a circle.
        transactions.executeWithoutResult(tx -> byCohort.forEach((name, parts) -> {
            MirrorCohort cohort = table.lock(name.get(0), name.get(1));
            parts.forEach(part -> apply(cohort, part, now));
        }));
    }

    /** One call may speak of several cohorts. */
    private static Map<String, Push> parts(Push push) {
        Map<String, Push> parts = new LinkedHashMap<>();
        push.page()
                .ifPresent(
                        page -> parts.put(page.cohort(), new Push(push.source(), new ArrayList<>(), push.page(), 0)));
        for (PushedEvent event : push.events()) {
            parts.computeIfAbsent(
                            event.cohort(), cohort -> new Push(push.source(), new ArrayList<>(), Optional.empty(), 0))
                    .events()
                    .add(event);
        }
        return parts;
    }

    private void apply(MirrorCohort cohort, Push part, Instant now) {
        Optional<String> generation = part.page().map(FullListPage::generation);
        Map<String, MirrorMember> last = new TreeMap<>();
        Map<String, MirrorMember> known = table.members(
                cohort.id(),
                part.events().stream()
                        .map(PushedEvent::member)
                        .distinct()
                        .sorted()
                        .toList());
        for (PushedEvent event : part.events()) {
            MirrorMember before = last.getOrDefault(event.member(), known.get(event.member()));
            if (before == null ? !outdated(cohort, part, event) : !event.at().isBefore(before.at())) {
                last.put(event.member(), after(before, event));
            }
        }
        List<MirrorMember> added = new ArrayList<>();
        List<MirrorMember> changed = new ArrayList<>();
        long more = 0;
        boolean different = false;
        for (MirrorMember member : last.values()) {
            MirrorMember before = known.get(member.member());
            (before == null ? added : changed).add(member);
            boolean was = before != null && before.inside();
            more += (member.inside() ? 1 : 0) - (was ? 1 : 0);
            different |= was != member.inside()
                    || member.inside() && !before.properties().equals(member.properties());
        }
        table.insert(cohort.id(), added, generation, now);
        table.update(cohort.id(), changed, generation, now);
        int left = part.page().map(page -> whoeverLeft(cohort, page)).orElse(0);
        Optional<String> name = part.events().stream()
                .flatMap(event -> event.cohortName().stream())
                .reduce((first, second) -> second);
        table.received(cohort, different || left > 0, more - left, name, now);
    }

    /** What an event does not tell of a person stays as it is: an exit may come without the e-mail that it entered with. */
    private static MirrorMember after(MirrorMember before, PushedEvent event) {
        Map<String, String> properties = new TreeMap<>(before == null ? Map.of() : before.properties());
        properties.putAll(event.properties());
        return new MirrorMember(event.member(), event.inside(), event.at(), properties);
    }

    /** Whom a full list did not name was not in the cohort then, whatever comes late. */
    private static boolean outdated(MirrorCohort cohort, Push part, PushedEvent event) {
        return part.page().isEmpty()
                && cohort.listedAt().filter(event.at()::isBefore).isPresent();
    }

    private int whoeverLeft(MirrorCohort cohort, FullListPage page) {
        MirrorTable.Arrived arrived = table.arrived(cohort.id(), page);
        if (arrived.pages() < page.pages()) {
            return 0;
        }
        table.listed(cohort.id(), arrived.since());
        return table.leave(cohort.id(), page.generation(), arrived.since());
    }

    @Scheduled(initialDelay = 1, fixedDelay = 6, timeUnit = TimeUnit.HOURS)
    void forget() {
        try {
            int forgotten = table.forget(clock.instant().minus(REMEMBERED));
            LOG.debug("{} people who left pushed cohorts long ago are forgotten", forgotten);
        } catch (DataAccessException e) {
            LOG.debug("the state database does not answer; it is tried again", e);
        }
    }
}
