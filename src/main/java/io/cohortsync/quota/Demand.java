package io.cohortsync.quota;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SourceSettings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.schedule.Firings;
import io.cohortsync.schedule.Schedule;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** What the schedules of a source's syncs would download in a month, if their cohorts were recomputed each time. */
@Component
public class Demand {

    private static final Logger LOG = LoggerFactory.getLogger(Demand.class);
    private static final Duration MONTH = Duration.ofDays(30);
    private static final int MOST_COUNTED = 100_000;

    private final Settings settings;
    private final SourceCalls calls;
    private final Clock clock;

    Demand(Settings settings, SourceCalls calls, Clock clock) {
        this.settings = settings;
        this.calls = calls;
        this.clock = clock;
    }

    /**
     * Of one source.
     *
     * @param aMonth how many downloads its schedules would take in 30 days
     * @param allowed how many a month are for schedules
     * @param bySync the same by sync; those that run by hand, or once, or whose cohort is pushed, are not in it
     * @param warning what to do about a demand that is not allowed; absent where it is
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record OfSource(long aMonth, long allowed, Map<String, Long> bySync, Optional<String> warning) {}

    /** Of a source by its name; empty: its downloads are not limited. */
    public Optional<OfSource> of(String source) {
        return calls.downloadsForSchedules(source).map(allowed -> {
            Map<String, Long> bySync = new LinkedHashMap<>();
            settings.syncs().values().stream()
                    .filter(sync -> sync.source().name().equals(source) && !sync.pushed())
                    .filter(SyncSettings::inUse)
                    .forEach(sync -> bySync.put(sync.name(), firings(sync)));
            bySync.values().removeIf(count -> count == 0);
            long all = bySync.values().stream().mapToLong(Long::longValue).sum();
            Optional<String> warning =
                    all > allowed ? Optional.of(warning(source, all, allowed, bySync)) : Optional.empty();
            return new OfSource(all, allowed, bySync, warning);
        });
    }

    private long firings(SyncSettings sync) {
        if (sync.schedule() instanceof Schedule.Every every) {
            return Math.max(1, MONTH.dividedBy(every.interval()));
        }
        if (!(sync.schedule() instanceof Schedule.Cron)) {
            return 0;
        }
        Firings firings = Firings.of(sync.schedule(), sync.name());
        Instant end = clock.instant().plus(MONTH);
        Optional<Instant> at = firings.nextDue(clock.instant());
        long count = 0;
        while (at.isPresent() && at.get().isBefore(end) && count < MOST_COUNTED) {
            count++;
            at = firings.nextDue(at.get());
        }
        return count;
    }

    private static String warning(String source, long all, long allowed, Map<String, Long> bySync) {
        String syncs = bySync.entrySet().stream()
                .map(sync -> sync.getKey() + " " + sync.getValue())
                .collect(Collectors.joining(", "));
        return "Source " + source + ": the schedules of its syncs ask for up to " + all + " downloads a month (" + syncs
                + "), and " + allowed + " are for schedules: when they are spent, runs wait. What fits is "
                + fitting(allowed, bySync.size())
                + (bySync.size() == 1 ? "" : " for each of these syncs")
                + ", or have Amplitude push the cohorts (webhook-username and webhook-password, or webhook-token), which"
                + " costs no downloads";
    }

    /** The shortest whole number of hours or days that all could have. */
    private static String fitting(long allowed, int syncs) {
        long hours = (MONTH.toHours() * syncs + allowed - 1) / allowed;
        return hours <= 24 ? "schedule: " + hours + "h" : "schedule: " + (hours + 23) / 24 + "d";
    }

    @EventListener(ApplicationReadyEvent.class)
    void warn() {
        settings.sources().values().stream()
                .filter(SourceSettings::polled)
                .forEach(source ->
                        of(source.name()).flatMap(OfSource::warning).ifPresent(words -> LOG.warn("{}", words)));
    }
}
