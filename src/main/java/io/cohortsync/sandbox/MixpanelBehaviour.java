package io.cohortsync.sandbox;

import java.util.Optional;

/**
 * How the stand-in for Mixpanel answers, where people may choose; what they leave out is as at Mixpanel.
 *
 * @param pageSize the most members of a page
 * @param perHour queries an hour
 * @param concurrent queries at once
 * @param queryMillis how long a query takes
 * @param engageAccess false: the plan has none, HTTP 402
 * @param brokenPage this page, from 0, fails for good
 * @param bareEnd whether the page after the last one holds its number and nothing else
 * @param totalOff by how much {@code total} is wrong
 */
record MixpanelBehaviour(
        int pageSize,
        int perHour,
        int concurrent,
        long queryMillis,
        boolean engageAccess,
        Optional<Integer> brokenPage,
        boolean bareEnd,
        int totalOff) {

    /** What people choose. */
    record Choice(
            Optional<Integer> pageSize,
            Optional<Integer> perHour,
            Optional<Integer> concurrent,
            Optional<Long> queryMillis,
            Optional<Boolean> engageAccess,
            Optional<Integer> brokenPage,
            Optional<Boolean> bareEnd,
            Optional<Integer> totalOff) {

        Choice {
            if (pageSize.orElse(1) < 1) {
                throw new IllegalArgumentException("pageSize is at least 1");
            }
        }
    }

    static MixpanelBehaviour usual() {
        return new MixpanelBehaviour(1_000, 60, 5, 0, true, Optional.empty(), false, 0);
    }

    static MixpanelBehaviour chosen(Choice choice) {
        MixpanelBehaviour usual = usual();
        return new MixpanelBehaviour(
                choice.pageSize().orElse(usual.pageSize),
                choice.perHour().orElse(usual.perHour),
                choice.concurrent().orElse(usual.concurrent),
                choice.queryMillis().orElse(usual.queryMillis),
                choice.engageAccess().orElse(usual.engageAccess),
                choice.brokenPage(),
                choice.bareEnd().orElse(usual.bareEnd),
                choice.totalOff().orElse(usual.totalOff));
    }
}
