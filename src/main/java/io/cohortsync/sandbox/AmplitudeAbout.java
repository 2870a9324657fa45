package io.cohortsync.sandbox;

import java.util.List;
import java.util.Optional;

/**
 * What the stand-in for Amplitude knows of a cohort beside its members and times.
 *
 * @param finished false: it was never computed, so it has no size and cannot be downloaded
 * @param group whether its members are groups, such as companies
 */
record AmplitudeAbout(
        String name,
        String appId,
        String owner,
        String description,
        String type,
        boolean published,
        boolean archived,
        boolean finished,
        boolean hidden,
        boolean group) {

    /** What is true of a cohort that people defined and nothing else is said of. */
    static AmplitudeAbout defined(String name) {
        return new AmplitudeAbout(name, "123456", "owner@example.com", "", "redshift", true, false, true, false, false);
    }

    /** What is true of a cohort that was uploaded. */
    static AmplitudeAbout uploaded(String name, String appId, String owner, boolean published) {
        return new AmplitudeAbout(name, appId, owner, "", "manual_upload", published, false, true, false, false);
    }

    /** What somebody says of a cohort; the rest stays as it is. */
    record Change(
            Optional<String> name,
            Optional<String> appId,
            Optional<String> owner,
            Optional<String> description,
            Optional<String> type,
            Optional<Boolean> published,
            Optional<Boolean> archived,
            Optional<Boolean> finished,
            Optional<Boolean> hidden,
            Optional<Boolean> group,
            Optional<List<AmplitudePerson>> members) {}

    AmplitudeAbout with(Change change) {
        return new AmplitudeAbout(
                change.name().orElse(name),
                change.appId().orElse(appId),
                change.owner().orElse(owner),
                change.description().orElse(description),
                change.type().orElse(type),
                change.published().orElse(published),
                change.archived().orElse(archived),
                change.finished().orElse(finished),
                change.hidden().orElse(hidden),
                change.group().orElse(group));
    }

    AmplitudeAbout computed() {
        return new AmplitudeAbout(name, appId, owner, description, type, published, archived, true, hidden, group);
    }
}
