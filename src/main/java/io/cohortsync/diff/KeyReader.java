package io.cohortsync.diff;

import io.cohortsync.config.Normalize;
import io.cohortsync.link.Link;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.member.MemberKeys;
import io.cohortsync.source.Chunk;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads one link's member keys out of chunks, and counts the records that have none. */
final class KeyReader {

    private static final Logger LOG = LoggerFactory.getLogger(KeyReader.class);
    private static final int INVALID_SAMPLES = 5;

    private final Link link;
    private final int column;
    private final Fingerprint fingerprint;
    private final KeySink sink;
    private final boolean mayBeTakenAsIs;
    private long[] fingerprints = new long[0];
    private int[] starts = new int[0];
    private int[] ends = new int[0];
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
        if (fingerprints.length < rows) {
            fingerprints = new long[rows];
            starts = new int[rows];
            ends = new int[rows];
        }
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
        for (int i = start; i < end; i++) {
            if (bytes[i] == 0) {
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
