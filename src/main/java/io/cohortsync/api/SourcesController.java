package io.cohortsync.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SourceSettings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.mirror.Mirror;
import io.cohortsync.quota.Demand;
import io.cohortsync.quota.Left;
import io.cohortsync.quota.QueryDemand;
import io.cohortsync.quota.SourceCalls;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/sources}: the configured sources, and what their vendors still allow. */
@RestController
class SourcesController {

    private final Settings settings;
    private final SourceCalls calls;
    private final Demand demand;
    private final QueryDemand queries;
    private final Mirror mirror;

    SourcesController(Settings settings, SourceCalls calls, Demand demand, QueryDemand queries, Mirror mirror) {
        this.settings = settings;
        this.calls = calls;
        this.demand = demand;
        this.queries = queries;
        this.mirror = mirror;
    }

    /**
     * A source as the API shows it.
     *
     * @param quota what its vendor still allows; absent where there is no limit
     * @param demand what its syncs' schedules ask for in a month; absent where downloads are not limited
     * @param received the cohorts that were pushed; absent where none can be
     * @param queryDemand what they ask for in their busiest hour; absent where a cohort is not read by counted queries
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record SourceView(
            String name,
            String type,
            boolean enabled,
            List<String> syncs,
            Optional<Left> quota,
            Optional<Demand.OfSource> demand,
            Optional<QueryDemand.OfSource> queryDemand,
            Optional<List<Received>> received) {}

    /** A cohort that was pushed, who is in it, and when anything of it last came. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Received(String cohort, Optional<String> name, long members, Instant lastEvent) {}

    @GetMapping("/api/sources")
    List<SourceView> all() {
        return settings.sources().values().stream().map(this::view).toList();
    }

    private SourceView view(SourceSettings source) {
        boolean asked = source.polled();
        return new SourceView(
                source.name(),
                source.type(),
                source.enabled(),
                settings.syncs().values().stream()
                        .filter(sync -> sync.source().name().equals(source.name()))
                        .map(SyncSettings::name)
                        .toList(),
                asked ? calls.left(source.name()) : Optional.empty(),
                asked ? demand.of(source.name()) : Optional.empty(),
                queries.of(source.name()),
                source.pushed() ? Optional.of(received(source.name())) : Optional.empty());
    }

    private List<Received> received(String source) {
        return mirror.cohorts().stream()
                .filter(cohort -> cohort.source().equals(source))
                .map(cohort -> new Received(cohort.cohort(), cohort.name(), cohort.members(), cohort.lastEvent()))
                .toList();
    }
}
