package io.cohortsync.sandbox;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The downloads of cohorts that the stand-in for Amplitude was asked for, and how far each has got. */
final class AmplitudeDownloads {

    /** For so long a download counts as parallel while it is in progress. */
    private static final Duration PARALLEL = Duration.ofMinutes(1);

    private final Clock clock;
    private final AmplitudeQuota quota;
    private final Map<String, Download> downloads = new LinkedHashMap<>();
    private AmplitudeBehaviour behaviour = AmplitudeBehaviour.usual();
    private long requested;
    private long polled;
    private long delivered;

    AmplitudeDownloads(Clock clock) {
        this.clock = clock;
        this.quota = new AmplitudeQuota(clock);
    }

    private static final class Download {

        private final String cohort;
        private final AmplitudeFile file;
        private final Instant at;
        private int polls;
        private boolean completed;

        Download(String cohort, AmplitudeFile file, Instant at) {
            this.cohort = cohort;
            this.file = file;
            this.at = at;
        }
    }

    /** How far a download has got. */
    record State(String cohort, boolean completed) {}

    /** Downloads asked for, questions for their state, files that were sent, and what counts towards the quota. */
    record Counts(long requested, long polled, long delivered, int thisMonth) {}

    /** Begins a download of a cohort as it is now; returns its id. */
    synchronized String request(String cohort, AmplitudeFile file) throws AmplitudeRefusedException {
        Instant now = clock.instant();
        long running = downloads.values().stream()
                .filter(download ->
                        !completed(download, now) && download.at.plus(PARALLEL).isAfter(now))
                .count();
        quota.takeDownload(behaviour, running);
        String id = "rq_" + ++requested;
        downloads.put(id, new Download(cohort, file, now));
        return id;
    }

    synchronized State poll(String id) throws AmplitudeRefusedException {
        Download download = known(id);
        quota.takePoll(behaviour);
        polled++;
        boolean completed = completed(download, clock.instant());
        download.polls++;
        return new State(download.cohort, completed);
    }

    /** What a completed download holds. */
    synchronized AmplitudeFile file(String id) throws AmplitudeRefusedException {
        Download download = known(id);
        if (!completed(download, clock.instant())) {
            throw new AmplitudeRefusedException(400, "the cohort request is still in progress");
        }
        return download.file;
    }

    private boolean completed(Download download, Instant now) {
        // Once completed it stays so, whatever behaviour people choose afterwards.
        download.completed |= download.polls >= behaviour.polls()
                && !now.isBefore(download.at.plusMillis(behaviour.readyAfterMillis()));
        return download.completed;
    }

    private Download known(String id) throws AmplitudeRefusedException {
        return Optional.ofNullable(downloads.get(id))
                .orElseThrow(() -> new AmplitudeRefusedException(404, "there is no cohort request " + id));
    }

    synchronized void countDelivery() {
        delivered++;
    }

    synchronized Counts counts() {
        return new Counts(requested, polled, delivered, quota.thisMonth());
    }

    synchronized AmplitudeBehaviour behaviour() {
        return behaviour;
    }

    synchronized void behave(AmplitudeBehaviour chosen) {
        behaviour = chosen;
    }

    synchronized void forget() {
        downloads.clear();
        quota.forget();
        behaviour = AmplitudeBehaviour.usual();
        requested = 0;
        polled = 0;
        delivered = 0;
    }
}
