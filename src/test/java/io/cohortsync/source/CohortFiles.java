package io.cohortsync.source;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cohortsync.config.MemberKeyField;
import io.cohortsync.config.MemberKeyField.Named;
import io.cohortsync.config.MemberKeyField.OnlyColumn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.AbstractThrowableAssert;

/** A directory of cohort files, and what reading them gives. */
record CohortFiles(Path directory) {

    static final List<MemberKeyField> ONLY_COLUMN = List.of(new OnlyColumn());

    static List<MemberKeyField> named(String... names) {
        return Arrays.stream(names).<MemberKeyField>map(Named::new).toList();
    }

    CohortFiles write(String name, String content) throws IOException {
        return write(name, content.getBytes(StandardCharsets.UTF_8));
    }

    CohortFiles write(String name, byte[] content) throws IOException {
        Files.write(directory.resolve(name), content);
        return this;
    }

    /** As many bytes as asked for, the same again and again, after a beginning and before an end. */
    void writeHuge(String name, String beginning, long bytes, String end) throws IOException {
        byte[] block = new byte[1 << 20];
        Arrays.fill(block, (byte) 'x');
        try (OutputStream file = Files.newOutputStream(directory.resolve(name));
                OutputStream out = name.endsWith(".gz") ? new GZIPOutputStream(file, 1 << 16) : file) {
            out.write(beginning.getBytes(StandardCharsets.UTF_8));
            for (long written = 0; written < bytes; written += block.length) {
                out.write(block);
            }
            out.write(end.getBytes(StandardCharsets.UTF_8));
        }
    }

    SnapshotReader open(String name, List<MemberKeyField> fields) {
        return new FileSnapshots().open(directory, name, fields);
    }

    List<List<String>> rows(String name, List<MemberKeyField> fields) {
        return rows(open(name, fields));
    }

    /** The first value of each row. */
    List<String> keys(String name, List<MemberKeyField> fields) {
        return rows(name, fields).stream().map(row -> row.get(0)).toList();
    }

    static List<List<String>> rows(Chunk chunk) {
        return IntStream.range(0, chunk.rows())
                .mapToObj(row -> IntStream.range(0, chunk.columns())
                        .mapToObj(column -> chunk.value(row, column))
                        .toList())
                .toList();
    }

    static List<List<String>> rows(SnapshotReader reader) {
        List<List<String>> rows = new ArrayList<>();
        try (reader) {
            while (reader.hasNext()) {
                rows.addAll(rows(reader.next()));
            }
        }
        return rows;
    }

    AbstractThrowableAssert<?, ?> assertIncomplete(String name, List<MemberKeyField> fields) {
        return assertIncomplete(() -> rows(name, fields)).hasMessageContaining(name);
    }

    static AbstractThrowableAssert<?, ?> assertIncomplete(Runnable reading) {
        return assertThatThrownBy(reading::run).isInstanceOf(IncompleteSnapshotException.class);
    }

    static byte[] gzip(String content) throws IOException {
        return gzip(content.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }
}
