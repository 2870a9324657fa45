package io.cohortsync.diff;

import io.cohortsync.membership.Standing;
import io.cohortsync.spool.TemporaryFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/**
 * The members who enter, in the order of their fingerprints, each once: gathered in a buffer, and beyond it in sorted runs
 * of a temporary file that are merged at the end. What it holds in memory does not grow with their number.
 */
final class EnterSpool {

    static final int BUFFER_BYTES = 8 << 20;
    private static final int READ_BYTES = 64 << 10;

    private final Path directory;
    private final int bufferBytes;
    private byte[] buffer = new byte[READ_BYTES];
    private int used;
    private int[] starts = new int[1024];
    private int count;
    private TemporaryFile file;
    private final List<long[]> runs = new ArrayList<>();
    private long distinct;
    private long repeated;

    EnterSpool(Path directory, int bufferBytes) {
        this.directory = directory;
        this.bufferBytes = bufferBytes;
    }

    void add(long fingerprint, Standing stored, byte[] bytes, int offset, int length) {
        int needed = used + Entries.HEADER + length;
        if (needed > bufferBytes && count > 0) {
            writeRun();
            needed = Entries.HEADER + length;
        }
        if (needed > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(needed, Math.min(bufferBytes, buffer.length * 2)));
        }
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, count * 2);
        }
        starts[count++] = used;
        used = Entries.write(buffer, used, fingerprint, stored.ordinal(), bytes, offset, length);
    }

    /** Sorts the buffer's entries without touching their bytes, and counts the repeated ones out. */
    private void sortBuffer() {
        sortStarts();
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (kept > 0 && Entries.compare(buffer, starts[kept - 1], buffer, starts[i]) == 0) {
                repeated++;
            } else {
                starts[kept++] = starts[i];
            }
        }
        count = kept;
    }

    /** As numbers: the leading bits of the fingerprint, and the entry's number in place of the others. */
    private void sortStarts() {
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, count - 1));
        long number = (1L << bits) - 1;
        long[] order = new long[count];
        for (int i = 0; i < count; i++) {
            order[i] = Entries.fingerprint(buffer, starts[i]) & ~number | i;
        }
        Arrays.sort(order);
        int[] sorted = new int[Math.max(count, 1)];
        for (int i = 0; i < count; i++) {
            sorted[i] = starts[(int) (order[i] & number)];
        }
        for (int from = 0; from < count; ) {
            int to = from + 1;
            while (to < count && (order[to] & ~number) == (order[from] & ~number)) {
                to++;
            }
            if (to - from > 1) {
                sortExactly(sorted, from, to);
            }
            from = to;
        }
        starts = sorted;
    }

    private void sortExactly(int[] sorted, int from, int to) {
        int[] exact = Arrays.stream(sorted, from, to)
                .boxed()
                .sorted((a, b) -> Entries.compare(buffer, a, buffer, b))
                .mapToInt(Integer::intValue)
                .toArray();
        System.arraycopy(exact, 0, sorted, from, exact.length);
    }

    private void writeRun() {
        sortBuffer();
        if (file == null) {
            file = new TemporaryFile(directory);
        }
        long begin = file.size();
        RunWriter writer = new RunWriter(file);
        for (int i = 0; i < count; i++) {
            writer.write(buffer, starts[i]);
        }
        writer.flush();
        runs.add(new long[] {begin, file.size()});
        used = 0;
        count = 0;
    }

    /** Ends the gathering; from now on the entries can be read and are counted. */
    void complete() {
        if (runs.isEmpty()) {
            sortBuffer();
            distinct = count;
            return;
        }
        if (count > 0) {
            writeRun();
        }
        buffer = new byte[0];
        starts = new int[0];
        merge();
    }

    private void merge() {
        PriorityQueue<Cursor> cursors = new PriorityQueue<>(Comparator.naturalOrder());
        for (long[] run : runs) {
            cursors.add(new Cursor(file, run[0], run[1]));
        }
        TemporaryFile merged = new TemporaryFile(directory);
        RunWriter writer = new RunWriter(merged);
        byte[] last = new byte[0];
        while (!cursors.isEmpty()) {
            Cursor next = cursors.poll();
            if (last.length > 0 && Entries.compare(last, 0, next.bytes, next.at) == 0) {
                repeated++;
            } else {
                writer.write(next.bytes, next.at);
                last = Arrays.copyOfRange(next.bytes, next.at, next.at + Entries.length(next.bytes, next.at));
                distinct++;
            }
            if (next.advance()) {
                cursors.add(next);
            }
        }
        writer.flush();
        file.close();
        file = merged;
        runs.clear();
        runs.add(new long[] {0, merged.size()});
    }

    /** How many members enter. */
    long size() {
        return distinct;
    }

    /** How many were given more than once. */
    long repeated() {
        return repeated;
    }

    /** The entries with such fingerprints, from the first on. */
    Iterator<PlannedChange> changes(long exitEpoch, LongPredicate which) {
        Place place = new Place();
        return new Iterator<>() {

            @Override
            public boolean hasNext() {
                while (place.there() && !which.test(place.fingerprint())) {
                    place.advance();
                }
                return place.there();
            }

            @Override
            public PlannedChange next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                PlannedChange change = change(place.bytes(), place.at(), exitEpoch);
                place.advance();
                return change;
            }
        };
    }

    /** The fingerprints of all entries. */
    LongStream prints() {
        Place place = new Place();
        return LongStream.generate(() -> {
                    long print = place.fingerprint();
                    place.advance();
                    return print;
                })
                .limit(distinct);
    }

    /** An entry, in the buffer or in the file, and the way to the next. */
    private final class Place {
        private final Cursor cursor = runs.isEmpty() ? null : new Cursor(file, runs.get(0)[0], runs.get(0)[1]);
        private long passed;

        private boolean there() {
            return passed < distinct;
        }

        private byte[] bytes() {
            return cursor == null ? buffer : cursor.bytes;
        }

        private int at() {
            return cursor == null ? starts[(int) passed] : cursor.at;
        }

        private long fingerprint() {
            return Entries.fingerprint(bytes(), at());
        }

        private void advance() {
            passed++;
            if (cursor != null) {
                cursor.advance();
            }
        }
    }

    private static PlannedChange change(byte[] bytes, int at, long exitEpoch) {
        String key = new String(bytes, at + Entries.HEADER, Entries.keyLength(bytes, at), StandardCharsets.UTF_8);
        Standing stored = Standing.values()[Entries.stored(bytes, at)];
        return PlannedChange.enter(key, Entries.fingerprint(bytes, at), stored, exitEpoch);
    }

    void close() {
        if (file != null) {
            file.close();
            file = null;
        }
    }

    /** Reads one sorted run. */
    private static final class Cursor implements Comparable<Cursor> {
        private final TemporaryFile file;
        private final long end;
        private long position;
        private final byte[] bytes = new byte[READ_BYTES];
        private int at;
        private int filled;

        private Cursor(TemporaryFile file, long begin, long end) {
            this.file = file;
            this.position = begin;
            this.end = end;
            fill();
        }

        private void fill() {
            int left = filled - at;
            System.arraycopy(bytes, at, bytes, 0, left);
            int wanted = (int) Math.min(bytes.length - left, end - position);
            int read = wanted == 0 ? 0 : file.read(position, bytes, left, wanted);
            position += read;
            filled = left + read;
            at = 0;
        }

        private boolean advance() {
            at += Entries.length(bytes, at);
            if (filled - at < Entries.HEADER || filled - at < Entries.length(bytes, at)) {
                fill();
            }
            return at < filled;
        }

        @Override
        public int compareTo(Cursor other) {
            return Entries.compare(bytes, at, other.bytes, other.at);
        }
    }

    /** Writes entries through a buffer. */
    private static final class RunWriter {
        private final TemporaryFile file;
        private final byte[] bytes = new byte[READ_BYTES];
        private int used;

        private RunWriter(TemporaryFile file) {
            this.file = file;
        }

        private void write(byte[] from, int at) {
            int length = Entries.length(from, at);
            if (used + length > bytes.length) {
                flush();
            }
            System.arraycopy(from, at, bytes, used, length);
            used += length;
        }

        private void flush() {
            file.append(bytes, 0, used);
            used = 0;
        }
    }
}
