package io.cohortsync.diff;

import io.cohortsync.config.Normalize;
import io.cohortsync.link.Link;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.member.MemberKeys;
import io.cohortsync.source.Chunk;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads one link's member keys out of chunks, and counts the records that have none. */
final class KeyReader {

    private static final Logger LOG = LoggerFactory.getLogger(KeyReader.class);
    private static final int INVALID_SAMPLES = 5;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHEST_BITS = 0x8080808080808080L;

    private final Link link;
    private final int column;
    private final Fingerprint fingerprint;
    private final KeySink sink;
    private final boolean mayBeTakenAsIs;
    private long read;
    private long invalid;
    private long anonymous;

    KeyReader(Link link, int column, Fingerprint fingerprint, KeySink sink) {
        this.link = link;
        this.column = column;
        this.fingerprint = fingerprint;
        this.sink = sink;
        this.mayBeTakenAsIs = link.settings().normalize() != Normalize.LOWER;
    }

    void accept(Chunk chunk) {
        int rows = chunk.rows();
        long[] fingerprints = new long[rows];
        int[] starts = new int[rows];
        int[] ends = new int[rows];
        byte[] bytes = chunk.bytes();
        int count = 0;
        for (int row = 0; row < rows; row++) {
            int start = chunk.start(row, column);
            int end = chunk.end(row, column);
            if (mayBeTakenAsIs && isPlain(bytes, start, end)) {
                starts[count] = start;
                ends[count] = end;
                fingerprints[count++] = fingerprint.of(bytes, start, end - start);
            } else {
                judge(chunk.value(row, column), chunk.firstRecord() + row);
            }
        }
        read += rows;
        sink.accept(fingerprints, bytes, starts, ends, count);
    }

    /** Whether normalising would change nothing and nothing can be wrong: what the reading by text would find too. */
    private static boolean isPlain(byte[] bytes, int start, int end) {
        int length = end - start;
        if (length == 0 || length > MemberKeys.MAX_BYTES || bytes[start] <= ' ' || bytes[end - 1] <= ' ') {
            return false;
        }
        int at = start;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            // Taking one from each of eight bytes borrows out of one only where a byte is zero.
            long eight = (long) LONG.get(bytes, at);
            if ((eight - ONES & ~eight & HIGHEST_BITS) != 0) {
                return false;
            }
        }
        for (; at < end; at++) {
            if (bytes[at] == 0) {
                return false;
            }
        }
        return true;
    }

    private void judge(String value, long record) {
        MemberKeys.Reading reading = MemberKeys.read(value, link.settings().normalize());
        if (reading instanceof MemberKeys.Reading.Usable usable) {
            byte[] utf8 = usable.utf8();
            long print = fingerprint.of(utf8, 0, utf8.length);
            sink.accept(new long[] {print}, utf8, new int[] {0}, new int[] {utf8.length}, 1);
        } else if (reading instanceof MemberKeys.Reading.Invalid bad) {
            if (invalid++ < INVALID_SAMPLES) {
                LOG.info("{}: record {} has an invalid member key: {}", link.name(), record, bad.reason());
            }
        } else {
            anonymous++;
        }
    }

    long read() {
        return read;
    }

    long invalid() {
        return invalid;
    }

    long anonymous() {
        return anonymous;
    }
}
