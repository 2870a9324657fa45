package io.cohortsync.state;

import io.cohortsync.config.SecretMask;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Says once that the state database went away and once that it is back, however many notice; and tells health without
 * making a probe wait for it.
 */
@Component("stateDatabaseHealthIndicator")
public class StateWatch implements HealthIndicator {

    private static final Logger LOG = LoggerFactory.getLogger(StateWatch.class);
    private static final int SECONDS_TO_ANSWER = 5;

    private final DataSource database;
    private final SecretMask mask;
    private final Clock clock;
    private volatile Optional<Outage> outage = Optional.empty();

    private record Outage(Instant since, String words) {}

    StateWatch(DataSource database, SecretMask mask, Clock clock) {
        this.database = database;
        this.mask = mask;
        this.clock = clock;
    }

    @Scheduled(fixedDelay = 1, timeUnit = TimeUnit.SECONDS)
    void look() {
        Instant asked = clock.instant();
        Optional<String> trouble = trouble();
        if (trouble.isPresent() && outage.isEmpty()) {
            outage = Optional.of(new Outage(asked, trouble.get()));
            LOG.warn(
                    "The state database does not answer ({}): nothing new is read or sent; runs that it cuts off are made up"
                            + " for when it is back",
                    trouble.get());
        } else if (trouble.isEmpty() && outage.isPresent()) {
            LOG.info(
                    "The state database answers again after {} s",
                    Duration.between(outage.get().since(), clock.instant()).toSeconds());
            outage = Optional.empty();
        }
    }

    /** Whether it did not answer when it was last asked, a second ago or so. */
    public boolean isAway() {
        return outage.isPresent();
    }

    /** Why it does not answer, if it does not. */
    private Optional<String> trouble() {
        try (Connection connection = database.getConnection()) {
            return connection.isValid(SECONDS_TO_ANSWER) ? Optional.empty() : Optional.of("it is too slow");
        } catch (SQLException e) {
            return Optional.of(mask.apply(firstCause(e)));
        }
    }

    /** The pool says only that it has no connection; what it wraps says why. */
    private static String firstCause(Throwable thrown) {
        Throwable told = thrown;
        while (told.getCause() != null) {
            told = told.getCause();
        }
        return Optional.ofNullable(told.getMessage()).orElse(told.getClass().getSimpleName());
    }

    @Override
    public Health health() {
        return outage.map(gone -> Health.down()
                        .withDetail("since", gone.since())
                        .withDetail("why", gone.words())
                        .build())
                .orElseGet(() -> Health.up().build());
    }
}
