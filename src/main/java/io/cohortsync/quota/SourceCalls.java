package io.cohortsync.quota;

import io.cohortsync.config.Settings;
import io.cohortsync.config.SourceSettings;
import io.cohortsync.quota.CallBook.Kind;
import io.cohortsync.quota.Downloads.Used;
import io.cohortsync.source.QuotaSpentException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/**
 * Keeps every source within what its vendor allows (contracts, sections 3.4 and 6.1), all nodes and restarts counted
 * together; {@code sourceCalls} in the routes. Sources whose vendor has no limits, such as files, are never kept waiting.
 * Projects behind targets are named as {@link Settings#behind} says.
 */
@Component
public class SourceCalls {

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final Settings settings;
    private final CallBook book;
    private final Clock clock;
    private final Map<String, Semaphore> underWay = new ConcurrentHashMap<>();

    SourceCalls(Settings settings, CallBook book, Clock clock) {
        this.settings = settings;
        this.book = book;
        this.clock = clock;
    }

    /**
     * Counts one call to a source's vendor.
     *
     * @param name the source's
     * @param patience how long to wait at most, should the window be full
     * @throws QuotaSpentException if it is full for longer
     */
    public void take(String name, Duration patience) throws InterruptedException {
        String source = counted(name);
        Optional<Limits> limits = limits(name);
        if (limits.isEmpty()) {
            return;
        }
        Instant giveUp = clock.instant().plus(patience);
        while (true) {
            Optional<Instant> full = book.alone(source, () -> takeOr(source, limits.get()));
            if (full.isEmpty()) {
                return;
            }
            if (full.get().isAfter(giveUp)) {
                throw new QuotaSpentException(full.get(), words(limits.get()));
            }
            Duration wait = Duration.between(clock.instant(), full.get());
            TimeUnit.MILLISECONDS.sleep(Math.max(1, Math.min(wait.toMillis(), LOOK_AGAIN.toMillis())));
        }
    }

    private static String words(Limits limits) {
        return limits.calls() + " calls within " + limits.window().toMinutes() + " minutes are made, which is all that"
                + " is allowed";
    }

    private Optional<Instant> takeOr(String source, Limits limits) {
        Instant now = clock.instant();
        Optional<Instant> full = book.callBefore(source, limits.calls() - 1)
                .map(made -> made.plus(limits.window()))
                .filter(now::isBefore);
        if (full.isEmpty()) {
            book.prune(source, now, Limits.LONGEST_WINDOW);
            book.write(source, Kind.CALL, now);
        }
        return full;
    }

    /**
     * Counts so many calls to a source's vendor before they are made, all of them or none; never waits.
     *
     * @param calls 1 or more, and not more than are allowed within a window
     * @return to be given to {@link #take(Reserved)} for each call, and at the end to {@link #giveBack(Reserved)}
     * @throws QuotaSpentException if there is no room for that many now
     */
    public Reserved reserve(String source, int calls) {
        Optional<Limits> limits = limits(source);
        if (limits.isEmpty()) {
            return new Reserved(source, List.of());
        }
        int others = limits.get().calls() - calls;
        return book.alone(source, () -> {
            Instant now = clock.instant();
            book.callBefore(source, others)
                    .map(made -> made.plus(limits.get().window()))
                    .filter(now::isBefore)
                    .ifPresent(until -> {
                        throw new QuotaSpentException(until, words(limits.get(), calls));
                    });
            book.prune(source, now, Limits.LONGEST_WINDOW);
            return new Reserved(
                    source,
                    Stream.generate(() -> book.write(source, Kind.CALL, now))
                            .limit(calls)
                            .toList());
        });
    }

    private static String words(Limits limits, int calls) {
        return calls + (calls == 1 ? " call is" : " calls are") + " needed, and with them there would be more than the "
                + limits.calls() + " within " + limits.window().toMinutes() + " minutes that are allowed";
    }

    /**
     * Makes one of the calls that were reserved; beyond them, one more is counted.
     *
     * @throws QuotaSpentException if there is no room for one more now
     */
    public void take(Reserved reserved) throws InterruptedException {
        Optional<Long> call = reserved.next();
        if (call.isPresent()) {
            book.date(call.get(), clock.instant());
        } else {
            take(reserved.source(), Duration.ZERO);
        }
    }

    /** Calls that were reserved and not made count no longer. */
    public void giveBack(Reserved reserved) {
        Stream.generate(reserved::next).takeWhile(Optional::isPresent).forEach(call -> book.strike(call.get()));
    }

    /**
     * Counts one download of a whole cohort; never waits.
     *
     * @param name the source's
     * @param byHand whether a person asked for it: then it may use what is kept for that
     * @return its number, for {@link #giveBack}
     * @throws QuotaSpentException if none is left now
     */
    public long takeDownload(String name, boolean byHand) {
        String source = counted(name);
        Downloads downloads = limits(name)
                .flatMap(Limits::downloads)
                .orElseThrow(() -> new IllegalArgumentException("downloads of source " + source + " are not limited"));
        return book.alone(source, () -> {
            Instant now = clock.instant();
            Used used = book.downloads(source, Downloads.monthOf(now).minusMillis(1));
            downloads.waitUntil(used, byHand, now).ifPresent(until -> {
                throw new QuotaSpentException(until, words(downloads, used, now));
            });
            book.prune(source, now, Limits.LONGEST_WINDOW);
            return book.write(source, byHand ? Kind.DOWNLOAD_BY_HAND : Kind.DOWNLOAD, now);
        });
    }

    private static String words(Downloads downloads, Used used, Instant now) {
        return used.all() + " of this month's " + downloads.aMonth() + " downloads are used; schedules may have used "
                + downloads.allowedBy(now) + " by now, and runs by hand may use all";
    }

    /** A download that was counted did not take place. */
    public void giveBack(long download) {
        book.strike(download);
    }

    /** Waits until one more call may be under way; each is followed by {@link #leave}. This node's calls only. */
    public void enter(String source) throws InterruptedException {
        Optional<Semaphore> permits = permits(source);
        if (permits.isPresent()) {
            permits.get().acquire();
        }
    }

    /** A call that had entered has ended. */
    public void leave(String source) {
        permits(source).ifPresent(Semaphore::release);
    }

    private Optional<Semaphore> permits(String source) {
        return limits(source)
                .map(limits ->
                        underWay.computeIfAbsent(counted(source), name -> new Semaphore(limits.parallel(), true)));
    }

    /** What is left of a source's limits; empty: it has none. */
    public Optional<Left> left(String name) {
        Instant now = clock.instant();
        String source = counted(name);
        return limits(name).map(limits -> {
            int made = book.calls(source, now.minus(limits.window()));
            return new Left(
                    Math.max(0, limits.calls() - made),
                    limits.calls(),
                    limits.window().toMinutes(),
                    limits.downloads().map(downloads -> left(source, downloads, now)));
        });
    }

    private Left.LeftDownloads left(String source, Downloads downloads, Instant now) {
        Used used = book.downloads(source, Downloads.monthOf(now).minusMillis(1));
        int byHand = Math.max(0, downloads.aMonth() - used.all());
        int forSchedules = Math.max(0, downloads.allowedBy(now) - downloads.taken(used));
        return new Left.LeftDownloads(
                used.all(),
                downloads.aMonth(),
                Math.min(byHand, forSchedules),
                byHand,
                downloads.waitUntil(used, false, now));
    }

    /** How many downloads a month the schedules of a source may use; empty: they are not limited. */
    public Optional<Integer> downloadsForSchedules(String source) {
        return limits(source).flatMap(Limits::downloads).map(Downloads::forSchedules);
    }

    private Optional<Limits> limits(String source) {
        return settings.readable(source).flatMap(Limits::of);
    }

    /** What its calls are counted as: those made with the same key count together. */
    private String counted(String source) {
        return settings.readable(source).map(SourceSettings::name).orElse(source);
    }
}
