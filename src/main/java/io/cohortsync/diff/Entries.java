package io.cohortsync.diff;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A buffer of entries: fingerprint, what is stored of the member, key. The same bytes in memory and in a file. */
final class Entries {

    static final int HEADER = Long.BYTES + 1 + Short.BYTES;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

    private Entries() {}

    static int length(byte[] bytes, int at) {
        return HEADER + keyLength(bytes, at);
    }

    static long fingerprint(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }

    static int stored(byte[] bytes, int at) {
        return bytes[at + Long.BYTES];
    }

    static int keyLength(byte[] bytes, int at) {
        return (short) SHORT.get(bytes, at + Long.BYTES + 1) & 0xffff;
    }

    static int write(byte[] bytes, int at, long fingerprint, int stored, byte[] key, int offset, int length) {
        LONG.set(bytes, at, fingerprint);
        bytes[at + Long.BYTES] = (byte) stored;
        SHORT.set(bytes, at + Long.BYTES + 1, (short) length);
        System.arraycopy(key, offset, bytes, at + HEADER, length);
        return at + HEADER + length;
    }

    /** By fingerprint, then by key. */
    static int compare(byte[] a, int atA, byte[] b, int atB) {
        int order = Long.compare(fingerprint(a, atA), fingerprint(b, atB));
        return order != 0
                ? order
                : Arrays.compareUnsigned(a, atA + HEADER, atA + length(a, atA), b, atB + HEADER, atB + length(b, atB));
    }
}
