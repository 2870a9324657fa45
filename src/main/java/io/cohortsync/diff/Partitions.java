package io.cohortsync.diff;

import io.cohortsync.spool.TemporaryFile;
import java.nio.file.Path;

/** Sets keys aside by ranges of their fingerprints, in temporary files, to be matched range by range. */
final class Partitions implements KeySink {

    private static final int BUFFER_BYTES = 256 << 10;

    private final TemporaryFile[] files;
    private final byte[][] buffers;
    private final int[] used;

    Partitions(Path directory, int count) {
        files = new TemporaryFile[count];
        buffers = new byte[count][];
        used = new int[count];
        // All buffers together stay small, however many parts there are.
        int bytes = Math.max(4 << 10, Math.min(BUFFER_BYTES, (8 << 20) / count));
        for (int i = 0; i < count; i++) {
            files[i] = new TemporaryFile(directory);
            buffers[i] = new byte[bytes];
        }
    }

    int count() {
        return files.length;
    }

    @Override
    public void accept(long[] fingerprints, byte[] bytes, int[] starts, int[] ends, int count) {
        for (int i = 0; i < count; i++) {
            int part = FingerprintRange.partOf(fingerprints[i], files.length);
            int length = ends[i] - starts[i];
            if (used[part] + Entries.HEADER + length > buffers[part].length) {
                flush(part);
            }
            used[part] = Entries.write(buffers[part], used[part], fingerprints[i], 0, bytes, starts[i], length);
        }
    }

    private void flush(int part) {
        files[part].append(buffers[part], 0, used[part]);
        used[part] = 0;
    }

    /** Gives the keys of one part on; its file is gone then. */
    void drain(int part, KeySink sink) {
        flush(part);
        byte[] bytes = buffers[part];
        int most = bytes.length / Entries.HEADER + 1;
        long[] prints = new long[most];
        int[] starts = new int[most];
        int[] ends = new int[most];
        long position = 0;
        while (position < files[part].size()) {
            int filled = files[part].read(position, bytes, 0, bytes.length);
            int at = 0;
            int count = 0;
            while (filled - at >= Entries.HEADER && filled - at >= Entries.length(bytes, at)) {
                prints[count] = Entries.fingerprint(bytes, at);
                starts[count] = at + Entries.HEADER;
                at += Entries.length(bytes, at);
                ends[count++] = at;
            }
            sink.accept(prints, bytes, starts, ends, count);
            position += at;
        }
        close(part);
    }

    private void close(int part) {
        files[part].close();
        buffers[part] = new byte[0];
    }

    void close() {
        for (TemporaryFile file : files) {
            file.close();
        }
    }
}
