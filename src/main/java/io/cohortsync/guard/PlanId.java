package io.cohortsync.guard;

import java.util.stream.LongStream;

/** Names a plan by who is in it, in whatever order they come: the same people at the same link, the same name. */
final class PlanId {

    private PlanId() {}

    static String of(long link, LongStream enters, LongStream exits) {
        return String.format("%016x", mixed(mixed(mixed(sum(enters)) + sum(exits)) + link));
    }

    private static long sum(LongStream prints) {
        return prints.map(PlanId::mixed).sum();
    }

    /** The finalizer of MurmurHash3, so that sums of neighbours do not meet. */
    private static long mixed(long value) {
        long mixed = (value ^ value >>> 33) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ mixed >>> 33;
    }
}
