package io.cohortsync.sandbox;

/**
 * The limits of Segment's Tracking HTTP API (contracts.md sections 1.2 and 1.4). A KB is 1,024 bytes here, as in
 * Segment's own Java client; sizes are those of the JSON bytes as received, after gunzip.
 */
final class SegmentLimits {

    /** Largest body of a single call (contracts.md 1.2); above it HTTP 400. */
    static final int CALL_BYTES = 32 * 1024;

    /** Largest body of a batch (contracts.md 1.2); above it HTTP 400. */
    static final int BATCH_BYTES = 500 * 1024;

    /** Largest event within a batch (contracts.md 1.2); one above it and the whole call is HTTP 400. */
    static final int EVENT_BYTES = 32 * 1024;

    /** Most events of a batch (contracts.md 1.2); above it HTTP 200, and every event is silently rejected. */
    static final int BATCH_EVENTS = 2_500;

    /** A messageId is shorter than this (contracts.md 1.2). */
    static final int MESSAGE_ID_CHARS = 100;

    /** How many messageIds are remembered to drop repeated ones (contracts.md 1.4 gives no number: ours). */
    static final int REMEMBERED_MESSAGE_IDS = 1_000_000;

    private SegmentLimits() {}
}
