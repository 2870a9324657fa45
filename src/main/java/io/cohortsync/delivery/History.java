package io.cohortsync.delivery;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Forgets what was sent long ago: a settled call names people who may have left since. */
@Component
class History {

    private static final Logger LOG = LoggerFactory.getLogger(History.class);
    private static final Duration KEPT = Duration.ofDays(30);

    private final DeliveryStore deliveries;
    private final Clock clock;

    History(DeliveryStore deliveries, Clock clock) {
        this.deliveries = deliveries;
        this.clock = clock;
    }

    @Scheduled(initialDelay = 10, fixedDelay = 60, timeUnit = TimeUnit.MINUTES)
    void forget() {
        try {
            deliveries.forgetBefore(clock.instant().minus(KEPT));
        } catch (DataAccessException e) {
            LOG.debug("what was sent long ago cannot be forgotten now", e);
        }
    }
}
