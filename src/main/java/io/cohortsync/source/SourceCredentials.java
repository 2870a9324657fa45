package io.cohortsync.source;

import io.cohortsync.config.BasicAuthorization;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SourceSettings.Api;
import io.cohortsync.config.SourceSettings.VendorSource;
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
                .filter(VendorSource.class::isInstance)
                .flatMap(known -> ((VendorSource) known).api())
                .orElseThrow(() -> new IllegalArgumentException("source " + source + " has no API"));
        return BasicAuthorization.header(api.user().value(), api.password().value());
    }
}
