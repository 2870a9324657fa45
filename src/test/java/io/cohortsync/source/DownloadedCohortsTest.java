package io.cohortsync.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cohortsync.config.MemberKeyField;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as vendors send them, whatever headers said of them. */
class DownloadedCohortsTest {

    private static final List<MemberKeyField> USER = List.of(new MemberKeyField.Named("user_id"));
    private static final byte[] CSV =
            "\"amplitude_id\",\"user_id\"\n\"1\",\"ann\"\n\"2\",\"\"\n\"3\",\"bob, \"\"x\"\"\"\n"
                    .getBytes(StandardCharsets.UTF_8);

    private static byte[] gzipped(byte[] content, int times) throws IOException {
        byte[] all = content;
        for (int i = 0; i < times; i++) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
                gzip.write(all);
            }
            all = out.toByteArray();
        }
        return all;
    }

    private static SnapshotReader open(byte[] content, Set<Long> sizes) throws IOException {
        return new DownloadedCohorts()
                .open("The file", DownloadedFile.of(new ByteArrayInputStream(content)), USER, sizes);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aFileIsInflatedAsOftenAsItIsGzip(int times) throws IOException {
        assertThat(CohortFiles.rows(open(gzipped(CSV, times), Set.of(3L, 9L))))
                .containsExactly(List.of("ann"), List.of(""), List.of("bob, \"x\""));
    }

    @Test
    void anyNumberOfRecordsIsRightWhereNobodySaid() throws IOException {
        assertThat(CohortFiles.rows(open(CSV, Set.of()))).hasSize(3);
    }

    @Test
    void anotherNumberOfRecordsThanWasToldIsNotTheWholeCohort() throws IOException {
        try (SnapshotReader snapshot = open(CSV, Set.of(2L, 1_000_000L))) {
            assertThatThrownBy(snapshot::hasNext)
                    .isInstanceOf(IncompleteSnapshotException.class)
                    .hasMessage("The file has 3 members, but must have 2 or 1,000,000");
            assertThat(snapshot.complete()).isFalse();
        }
    }

    @Test
    void whateverPartOfItCameIsNotTheWholeFile() throws IOException {
        byte[] whole = gzipped(CSV, 1);
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> CohortFiles.rows(open(part, Set.of())))
                    .as(length + " bytes of " + whole.length)
                    .isInstanceOf(IncompleteSnapshotException.class)
                    .hasMessageStartingWith("The file ")
                    .hasMessageNotContaining("cannot be read");
        }
    }

    @Test
    void aStreamThatBreaksOffIsNoFile() {
        InputStream broken = new SequenceInputStream(new ByteArrayInputStream(CSV), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection reset");
            }
        });
        assertThatThrownBy(() -> DownloadedFile.of(broken)).isInstanceOf(IOException.class);
    }
}
