package io.cohortsync.source;

import io.cohortsync.config.BasicAuthorization;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SourceSettings;
import io.cohortsync.config.SourceSettings.AmplitudeSource;
import io.cohortsync.config.SourceSettings.Api;
import io.cohortsync.config.SourceSettings.MixpanelSource;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** A source's secrets as its route's headers need them, so that no route holds one; {@code sourceCredentials} in the routes. */
@Component
public class SourceCredentials {

    private final Settings settings;

    SourceCredentials(Settings settings) {
        this.settings = settings;
    }

    /**
     * HTTP Basic with the credentials of the source's API (contracts, sections 3.1 and 6.1).
     *
     * @param source its name, or what the project behind a target is called
     */
    public String basic(String source) {
        Api api = settings.readable(source)
                .flatMap(SourceCredentials::api)
                .orElseThrow(() -> new IllegalArgumentException("source " + source + " has no API"));
        return BasicAuthorization.header(api.user().value(), api.password().value());
    }

    private static Optional<Api> api(SourceSettings source) {
        if (source instanceof AmplitudeSource amplitude) {
            return amplitude.api();
        }
        return source instanceof MixpanelSource mixpanel ? mixpanel.api() : Optional.empty();
    }
}
