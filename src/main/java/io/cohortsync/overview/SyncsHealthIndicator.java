package io.cohortsync.overview;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.stereotype.Component;

/** The component {@code syncs} of the health: which of them a person should look at, and why. */
@Component
class SyncsHealthIndicator implements HealthIndicator {

    private final Overview overview;

    SyncsHealthIndicator(Overview overview) {
        this.overview = overview;
    }

    @Override
    public Health health() {
        return overview.glance()
                .map(all -> Attention.health(
                        all.syncs().values().stream().anyMatch(SyncState::needsAttention),
                        all.syncs().values().stream()
                                .collect(Collectors.toMap(SyncState::name, SyncsHealthIndicator::detail))))
                .orElseGet(Attention::cannotTell);
    }

    private static Map<String, Object> detail(SyncState sync) {
        Map<String, Object> detail = new LinkedHashMap<>();
        detail.put("lastRun", sync.lastRun().orElse("none"));
        sync.error().ifPresent(why -> detail.put("error", why));
        sync.lastSuccess().ifPresent(at -> detail.put("lastSuccess", at));
        if (sync.paused()) {
            detail.put("paused", true);
        }
        sync.quarantined().ifPresent(why -> detail.put("quarantined", why));
        Map<String, Object> links = new LinkedHashMap<>();
        sync.links().stream()
                .filter(link -> link.waitsForAPerson() || link.error().isPresent())
                .forEach(link -> links.put(link.target(), detail(link)));
        if (!links.isEmpty()) {
            detail.put("targets", links);
        }
        return detail;
    }

    private static Map<String, Object> detail(LinkState link) {
        Map<String, Object> detail = new LinkedHashMap<>();
        detail.put("state", link.state());
        if (link.held() > 0) {
            detail.put("held", link.held());
        }
        link.heldWhy().or(link::changed).or(link::error).ifPresent(why -> detail.put("why", why));
        return detail;
    }
}
