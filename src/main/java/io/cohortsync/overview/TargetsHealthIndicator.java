package io.cohortsync.overview;

import io.cohortsync.target.Targets;
import io.cohortsync.target.Targets.Condition;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.stereotype.Component;

/** The component {@code targets} of the health: which of them take nothing, and why. */
@Component
class TargetsHealthIndicator implements HealthIndicator {

    private final Overview overview;
    private final Targets targets;

    TargetsHealthIndicator(Overview overview, Targets targets) {
        this.overview = overview;
        this.targets = targets;
    }

    @Override
    public Health health() {
        return overview.glance()
                .map(all -> Attention.health(
                        all.targets().values().stream()
                                .anyMatch(target -> target.stopped().isPresent()),
                        details(all.targets())))
                .orElseGet(Attention::cannotTell);
    }

    private Map<String, Object> details(Map<String, Condition> targets) {
        Map<String, Object> details = new LinkedHashMap<>();
        targets.forEach((name, target) -> details.put(name, target.whyNot(name).orElseGet(() -> howItTakes(name))));
        return details;
    }

    /** As this node sees it. */
    private String howItTakes(String target) {
        return targets.gate(target).isFailing()
                ? "the last calls failed and are tried again: GET /api/targets/" + target + "/attempts"
                : "takes what is sent";
    }
}
