package io.cohortsync.quota;

import io.cohortsync.config.SourceSettings;
import io.cohortsync.config.SourceSettings.AmplitudeSource;
import io.cohortsync.config.SourceSettings.MixpanelSource;
import java.time.Duration;
import java.util.Optional;

/**
 * What a vendor allows one source.
 *
 * @param calls so many within any {@code window}
 * @param parallel calls under way at once
 * @param downloads whole cohorts a month
 */
record Limits(int calls, Duration window, int parallel, Optional<Downloads> downloads) {

    /** Contracts, section 3.4. */
    private static final int AMPLITUDE_CALLS = 60;

    private static final Duration AMPLITUDE_WINDOW = Duration.ofMinutes(10);
    private static final int AMPLITUDE_PARALLEL = 4;

    /** Contracts, section 6.1. */
    private static final int MIXPANEL_CALLS = 60;

    private static final Duration MIXPANEL_WINDOW = Duration.ofHours(1);
    private static final int MIXPANEL_PARALLEL = 5;

    /** The longest window there is: calls before it are of no interest. */
    static final Duration LONGEST_WINDOW = Duration.ofHours(1);

    /** Of a source's vendor; empty: it has none. */
    static Optional<Limits> of(SourceSettings source) {
        if (source instanceof AmplitudeSource amplitude) {
            return Optional.of(new Limits(
                    AMPLITUDE_CALLS,
                    AMPLITUDE_WINDOW,
                    AMPLITUDE_PARALLEL,
                    Optional.of(new Downloads(amplitude.monthlyDownloads()))));
        }
        return source instanceof MixpanelSource
                ? Optional.of(new Limits(MIXPANEL_CALLS, MIXPANEL_WINDOW, MIXPANEL_PARALLEL, Optional.empty()))
                : Optional.empty();
    }
}
