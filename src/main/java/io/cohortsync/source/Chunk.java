package io.cohortsync.source;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Some consecutive records of a snapshot, reduced to the columns that somebody asked for: the values' UTF-8 one behind the
 * other, so that a member who did not move never becomes an object. A value that the record does not have is empty.
 */
public final class Chunk {

    /**
     * Stands for a value that cannot be a member key, such as a JSON array: a NUL is never part of a member key, so
     * whoever reads the rows counts such a record as invalid.
     */
    public static final String INVALID = "\u0000";

    private final long firstRecord;
    private final int columns;
    private final byte[] bytes;
    private final int[] ends;
    private final int rows;

    private Chunk(long firstRecord, int columns, byte[] bytes, int[] ends, int rows) {
        this.firstRecord = firstRecord;
        this.columns = columns;
        this.bytes = bytes;
        this.ends = ends;
        this.rows = rows;
    }

    /** A chunk of rows given as texts; one value for each column asked for, in that order. */
    public static Chunk of(long firstRecord, List<String[]> rows) {
        Builder builder = new Builder(firstRecord, rows.isEmpty() ? 1 : rows.get(0).length);
        for (String[] row : rows) {
            builder.addRecord(row);
        }
        return builder.build();
    }

    /** The number of the first record in its snapshot, from 1, so that a message can name it. */
    public long firstRecord() {
        return firstRecord;
    }

    /** How many records it has. */
    public int rows() {
        return rows;
    }

    /** How many values each record has. */
    public int columns() {
        return columns;
    }

    /** The bytes that {@link #start} and {@link #end} count in; not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /** Where a value begins. */
    public int start(int row, int column) {
        int value = row * columns + column;
        return value == 0 ? 0 : ends[value - 1];
    }

    /** Where a value ends. */
    public int end(int row, int column) {
        return ends[row * columns + column];
    }

    /** A value as text. */
    public String value(int row, int column) {
        int start = start(row, column);
        return new String(bytes, start, end(row, column) - start, StandardCharsets.UTF_8);
    }

    /** Gathers values, record by record. */
    static final class Builder {

        private final long firstRecord;
        private final int columns;
        private byte[] bytes = new byte[40 << 10];
        private int used;
        private int[] ends = new int[1 << 10];
        private int values;

        Builder(long firstRecord, int columns) {
            this.firstRecord = firstRecord;
            this.columns = columns;
        }

        void addRecord(String[] values) {
            for (String value : values) {
                add(value);
            }
        }

        private void add(String value) {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            add(utf8, 0, utf8.length);
        }

        void add(byte[] from, int offset, int length) {
            if (used + length > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(used + length, bytes.length * 2));
            }
            System.arraycopy(from, offset, bytes, used, length);
            used += length;
            if (values == ends.length) {
                ends = Arrays.copyOf(ends, values * 2);
            }
            ends[values++] = used;
        }

        int rows() {
            return values / columns;
        }

        int bytes() {
            return used;
        }

        Chunk build() {
            return new Chunk(firstRecord, columns, bytes, ends, rows());
        }
    }
}
