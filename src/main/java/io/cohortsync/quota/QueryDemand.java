package io.cohortsync.quota;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SourceSettings;
import io.cohortsync.config.SourceSettings.MixpanelSource;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.schedule.Firings;
import io.cohortsync.schedule.Schedule;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * What the schedules of a source's syncs ask for in the busiest hour of the next day, where a cohort is read by queries of
 * which so many are allowed an hour (contracts, section 6.1).
 */
@Component
public class QueryDemand {

    private static final Logger LOG = LoggerFactory.getLogger(QueryDemand.class);
    private static final Duration AHEAD = Duration.ofDays(1);
    private static final int MOST_COUNTED = 100_000;

    /** Mixpanel's usual {@code page_size}. */
    private static final int PAGE = 1_000;

    private final Settings settings;
    private final JdbcClient jdbc;
    private final Clock clock;

    QueryDemand(Settings settings, JdbcClient jdbc, Clock clock) {
        this.settings = settings;
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /**
     * Of one source.
     *
     * @param anHour queries in the busiest hour, as large as the cohorts are known to be by now
     * @param allowed queries within an hour
     * @param bySync the same by sync; those that have none in that hour are not in it
     * @param warning what to do about a demand that is not allowed; absent where it is
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record OfSource(long anHour, long allowed, Map<String, Long> bySync, Optional<String> warning) {}

    private record Reading(Instant at, String sync, long queries) {}

    /** Of a source by its name; empty: its cohorts are not read by such queries. */
    public Optional<OfSource> of(String source) {
        return Optional.<SourceSettings>ofNullable(settings.sources().get(source))
                .filter(known -> known instanceof MixpanelSource && known.polled())
                .flatMap(Limits::of)
                .map(limits -> busiest(source, limits));
    }

    private OfSource busiest(String source, Limits limits) {
        Deque<Reading> hour = new ArrayDeque<>();
        List<Reading> busiest = List.of();
        long most = 0;
        long now = 0;
        for (Reading reading : readings(source)) {
            hour.add(reading);
            now += reading.queries();
            while (!hour.peek().at().plus(limits.window()).isAfter(reading.at())) {
                now -= hour.poll().queries();
            }
            if (now > most) {
                most = now;
                busiest = List.copyOf(hour);
            }
        }
        Map<String, Long> bySync = busiest.stream()
                .collect(Collectors.groupingBy(Reading::sync, TreeMap::new, Collectors.summingLong(Reading::queries)));
        return new OfSource(
                most,
                limits.calls(),
                bySync,
                most > limits.calls() ? Optional.of(warning(source, most, limits, bySync)) : Optional.empty());
    }

    private List<Reading> readings(String source) {
        Instant now = clock.instant();
        List<Reading> readings = new ArrayList<>();
        for (SyncSettings sync : settings.syncs().values()) {
            boolean counts = sync.source().name().equals(source)
                    && !sync.pushed()
                    && sync.inUse()
                    && (sync.schedule() instanceof Schedule.Every || sync.schedule() instanceof Schedule.Cron);
            if (counts) {
                // One for the list, and the pages with the empty one that may follow the last.
                long queries = 1 + members(sync) / PAGE + 1;
                Firings firings = Firings.of(sync.schedule(), sync.name());
                Optional<Instant> at = firings.nextDue(now);
                for (int i = 0;
                        i < MOST_COUNTED && at.filter(now.plus(AHEAD)::isAfter).isPresent();
                        i++) {
                    readings.add(new Reading(at.get(), sync.name(), queries));
                    at = firings.nextDue(at.get());
                }
            }
        }
        readings.sort(Comparator.comparing(Reading::at));
        return readings;
    }

    /** How many a sync's cohort had when it was last delivered. */
    private long members(SyncSettings sync) {
        return jdbc.sql("select coalesce(max(acknowledged), 0) from link where sync = ?")
                .param(sync.name())
                .query(Long.class)
                .single();
    }

    private static String warning(String source, long all, Limits limits, Map<String, Long> bySync) {
        String syncs = bySync.entrySet().stream()
                .map(sync -> sync.getKey() + " " + sync.getValue())
                .collect(Collectors.joining(", "));
        return "Source " + source + ": the schedules of its syncs ask for up to " + all + " queries an hour (" + syncs
                + "), and " + limits.calls()
                + " are allowed: when they are spent, runs wait. Let them run less often, or"
                + " have Mixpanel push the large cohorts by a custom webhook, which costs no queries";
    }

    @EventListener(ApplicationReadyEvent.class)
    void warn() {
        settings.sources().keySet().stream()
                .flatMap(source -> of(source).stream())
                .flatMap(demand -> demand.warning().stream())
                .forEach(words -> LOG.warn("{}", words));
    }
}
