package io.cohortsync.diff;

/** A part of all fingerprints, both ends included, in signed order. */
record FingerprintRange(long from, long to) {

    static final FingerprintRange ALL = new FingerprintRange(Long.MIN_VALUE, Long.MAX_VALUE);

    /** One of several even parts. */
    static FingerprintRange part(int part, int parts) {
        return new FingerprintRange(
                lowest(part, parts), part + 1 == parts ? Long.MAX_VALUE : lowest(part + 1, parts) - 1);
    }

    /** In which of several even parts a fingerprint lies. */
    static int partOf(long fingerprint, int parts) {
        return (int) (((fingerprint ^ Long.MIN_VALUE) >>> 32) * parts >>> 32);
    }

    private static long lowest(int part, int parts) {
        return ((((long) part << 32) + parts - 1) / parts << 32) ^ Long.MIN_VALUE;
    }

    boolean contains(long fingerprint) {
        return fingerprint >= from && fingerprint <= to;
    }
}
