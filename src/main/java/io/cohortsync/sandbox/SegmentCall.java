package io.cohortsync.sandbox;

import java.util.Locale;

/** The calls of Segment's Tracking HTTP API (contracts.md 1.1), each named as in its path. */
enum SegmentCall {
    BATCH,
    /** What Segment's Java client uses in place of {@code batch} (contracts.md 1.1). */
    IMPORT,
    IDENTIFY,
    TRACK,
    GROUP,
    PAGE,
    SCREEN,
    ALIAS;

    /** The path segments of all calls, as a pattern for Spring's path variables. */
    static final String PATTERN = "batch|import|identify|track|group|page|screen|alias";

    static SegmentCall of(String pathSegment) {
        return valueOf(pathSegment.toUpperCase(Locale.ROOT));
    }

    /** Whether one body holds many events. */
    boolean many() {
        return this == BATCH || this == IMPORT;
    }

    int bodyLimit() {
        return many() ? SegmentLimits.BATCH_BYTES : SegmentLimits.CALL_BYTES;
    }

    /** The {@code type} of the event that a single call carries. */
    String type() {
        return name().toLowerCase(Locale.ROOT);
    }
}
