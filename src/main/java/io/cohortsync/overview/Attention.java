package io.cohortsync.overview;

import java.util.Map;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.Status;

/**
 * Health that a person should look at, and that no probe should act on: a cohort that is held, or a target that refuses
 * our key, is not mended by a restart. So it does not count in the whole's status, and is answered with 200.
 */
final class Attention {

    static final Status STATUS = new Status("ATTENTION");

    private Attention() {}

    static Health health(boolean attention, Map<String, ?> details) {
        return Health.status(attention ? STATUS : Status.UP)
                .withDetails(details)
                .build();
    }

    static Health cannotTell() {
        return Health.unknown()
                .withDetail("why", "the state database does not answer")
                .build();
    }
}
