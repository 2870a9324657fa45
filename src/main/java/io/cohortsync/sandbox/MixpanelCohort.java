package io.cohortsync.sandbox;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A cohort of the stand-in for Mixpanel with its members. */
record MixpanelCohort(
        long id,
        String name,
        String description,
        @JsonProperty("project_id") long projectId,
        boolean visible,
        Instant created,
        List<MixpanelProfile> members) {

    private static final long USUAL_PROJECT = 777;

    /** What somebody says of a cohort; the rest stays as it is, or as usual for a new one. */
    record Change(
            Optional<String> name,
            Optional<String> description,
            @JsonProperty("project_id") Optional<Long> projectId,
            Optional<Boolean> visible,
            Optional<List<MixpanelProfile>> members) {}

    static MixpanelCohort usual(long id, Instant now) {
        return new MixpanelCohort(id, "Cohort " + id, "", USUAL_PROJECT, true, now, List.of());
    }

    MixpanelCohort with(Change change) {
        return new MixpanelCohort(
                id,
                change.name().orElse(name),
                change.description().orElse(description),
                change.projectId().orElse(projectId),
                change.visible().orElse(visible),
                created,
                List.copyOf(change.members().orElse(members)));
    }
}
