package io.cohortsync.guard;

import java.util.PrimitiveIterator;
import java.util.function.LongPredicate;

/** Names a plan by who is in it, in whatever order they come: the same people at the same link, the same name. */
final class PlanId {

    private long enters;
    private long exits;

    void enters(PrimitiveIterator.OfLong prints, LongPredicate which) {
        enters += sum(prints, which);
    }

    void exits(PrimitiveIterator.OfLong prints, LongPredicate which) {
        exits += sum(prints, which);
    }

    private static long sum(PrimitiveIterator.OfLong prints, LongPredicate which) {
        long sum = 0;
        while (prints.hasNext()) {
            long print = prints.nextLong();
            sum += which.test(print) ? mixed(print) : 0;
        }
        return sum;
    }

    String of(long link) {
        return String.format("%016x", mixed(mixed(mixed(enters) + exits) + link));
    }

    /** The finalizer of MurmurHash3, so that sums of neighbours do not meet. */
    private static long mixed(long value) {
        long mixed = (value ^ value >>> 33) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ mixed >>> 33;
    }
}
