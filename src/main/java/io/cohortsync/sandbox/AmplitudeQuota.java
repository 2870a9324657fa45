package io.cohortsync.sandbox;

import java.time.Clock;
import java.time.Duration;
import java.time.YearMonth;
import java.time.ZoneOffset;

/** How many downloads Amplitude still allows (contracts.md 3.4); its refusals say which limit was met. */
final class AmplitudeQuota {

    private final Clock clock;
    private final CallRate recent = new CallRate(Duration.ofMinutes(10));
    private YearMonth month;
    private int thisMonth;

    AmplitudeQuota(Clock clock) {
        this.clock = clock;
        this.month = now();
    }

    /** @param running how many downloads are in progress */
    synchronized void takeDownload(AmplitudeBehaviour limits, long running) throws AmplitudeRefusedException {
        if (!now().equals(month)) {
            month = now();
            thisMonth = 0;
        }
        if (thisMonth >= limits.monthly()) {
            throw tooMany(limits.monthly() + " cohort downloads per month");
        }
        if (running >= limits.parallel()) {
            throw tooMany(limits.parallel() + " parallel cohort requests per minute");
        }
        takeCall(limits);
        thisMonth++;
    }

    synchronized void takePoll(AmplitudeBehaviour limits) throws AmplitudeRefusedException {
        if (limits.pollsCount()) {
            takeCall(limits);
        }
    }

    synchronized int thisMonth() {
        return now().equals(month) ? thisMonth : 0;
    }

    private void takeCall(AmplitudeBehaviour limits) throws AmplitudeRefusedException {
        if (!recent.take(System.nanoTime(), limits.per10Minutes())) {
            throw tooMany(limits.per10Minutes() + " cohort requests per 10 minutes");
        }
    }

    private static AmplitudeRefusedException tooMany(String limit) {
        return new AmplitudeRefusedException(429, "Exceeded the limit of " + limit);
    }

    private YearMonth now() {
        return YearMonth.now(clock.withZone(ZoneOffset.UTC));
    }

    synchronized void forget() {
        thisMonth = 0;
        recent.forget();
    }
}
