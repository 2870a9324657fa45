package io.cohortsync.source;

import static io.cohortsync.source.CohortFiles.ONLY_COLUMN;
import static io.cohortsync.source.CohortFiles.assertIncomplete;
import static io.cohortsync.source.CohortFiles.gzip;
import static io.cohortsync.source.CohortFiles.join;
import static io.cohortsync.source.CohortFiles.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileSnapshotsTest {

    private static final long HUGE = 200L << 20;

    @TempDir
    Path directory;

    private CohortFiles files;

    @BeforeEach
    void setUp() {
        files = new CohortFiles(directory);
    }

    @Test
    void givesChunksOfAThousandRowsAndNumbersThem() throws IOException {
        files.write("vip.csv", numbered(2_500));
        List<Long> first = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        try (SnapshotReader reader = files.open("vip.csv", named("id"))) {
            assertThat(reader.complete()).isFalse();
            while (reader.hasNext()) {
                Chunk chunk = reader.next();
                first.add(chunk.firstRecord());
                sizes.add(chunk.rows());
                CohortFiles.rows(chunk).forEach(row -> keys.add(row.get(0)));
            }
            assertThat(reader.complete()).isTrue();
            assertThat(reader.hasNext()).isFalse();
            assertThatThrownBy(reader::next).isInstanceOf(NoSuchElementException.class);
        }
        assertThat(first).containsExactly(1L, 1_001L, 2_001L);
        assertThat(sizes).containsExactly(1_000, 1_000, 500);
        assertThat(keys)
                .isEqualTo(IntStream.range(0, 2_500).mapToObj(i -> "user-" + i).toList());
    }

    @Test
    void endsAChunkEarlyWhenItsValuesAreLong() throws IOException {
        files.write("vip.csv", "id\n" + ("x".repeat(400_000) + "\n").repeat(7));
        List<Integer> sizes = new ArrayList<>();
        try (SnapshotReader reader = files.open("vip.csv", ONLY_COLUMN)) {
            reader.forEachRemaining(chunk -> sizes.add(chunk.rows()));
        }

        assertThat(sizes).containsExactly(3, 3, 1);
    }

    @Test
    void neverTakesAFailureOrAnEarlyCloseForTheEnd() throws IOException {
        files.write("bad.csv", "id,n\n1,1\n2\n3,3\n").write("good.csv", numbered(2_500));
        try (SnapshotReader bad = files.open("bad.csv", named("id"))) {
            for (int i = 0; i < 3; i++) {
                assertIncomplete(bad::hasNext).hasMessageContaining("line 3");
                assertIncomplete(bad::next).hasMessageContaining("line 3");
            }
            bad.close();
            assertIncomplete(bad::hasNext).hasMessageContaining("line 3");
            assertThat(bad.complete()).isFalse();
        }
        SnapshotReader good = files.open("good.csv", named("id"));
        good.next();
        good.close();
        good.close();

        assertIncomplete(good::hasNext).hasMessage("File good.csv was closed before its end");
        assertThat(good.complete()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"vip.csv", "vip.csv.gz", "vip.CSV", "vip.jsonl", "vip.jsonl.gz", "vip.ndjson", "a.b.ndjson.gz"})
    void readsByTheNameAndUnzipsByTheContent(String name) throws IOException {
        String content = name.toLowerCase().contains("csv") ? "id\nu1\nu2\n" : "{\"id\":\"u1\"}\n{\"id\":\"u2\"}\n";

        assertThat(files.write(name, content).keys(name, named("id"))).containsExactly("u1", "u2");
        assertThat(files.write(name, gzip(content)).keys(name, named("id"))).containsExactly("u1", "u2");
        assertThat(files.write(name, gzip("\uFEFF" + content)).keys(name, named("id")))
                .containsExactly("u1", "u2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"vip.xlsx", "vip", "vip.gz", "csv", "vip.csv.zip", "vip.csv.gz.gz"})
    void refusesOtherEndingsAndNamesTheAcceptedOnes(String name) throws IOException {
        files.write(name, "id\nu1\n");

        files.assertIncomplete(name, named("id"))
                .hasMessageContaining(".csv, .jsonl or .ndjson")
                .hasMessageContaining(".gz");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../vip.csv", "a/../../vip.csv", "/vip.csv", "..csv/../../vip.csv"})
    void refusesNamesThatLeadOutOfTheDirectory(String name) throws IOException {
        files.write("vip.csv", "id\nu1\n");
        Path below = Files.createDirectory(directory.resolve("below"));

        new CohortFiles(below).assertIncomplete(name, named("id")).hasMessageContaining("must not lead out");
        new CohortFiles(below)
                .assertIncomplete(directory.resolve("vip.csv").toString(), named("id"))
                .hasMessageContaining("must not lead out");
    }

    @Test
    void readsAFileBelowTheDirectoryAndThroughALink() throws IOException {
        Files.createDirectory(directory.resolve("2024"));
        files.write("2024/vip.csv", "id\nu1\n");
        Files.createSymbolicLink(directory.resolve("current.csv"), Path.of("2024/vip.csv"));

        assertThat(files.keys("2024/vip.csv", ONLY_COLUMN)).containsExactly("u1");
        assertThat(files.keys("2024/../2024/vip.csv", ONLY_COLUMN)).containsExactly("u1");
        assertThat(files.keys("current.csv", ONLY_COLUMN)).containsExactly("u1");
    }

    @Test
    void saysWhatIsThereWhenAFileIsMissing() throws IOException {
        files.assertIncomplete("vip.csv", ONLY_COLUMN).hasMessageContaining("does not exist; there is no file in");
        for (int i = 10; i < 23; i++) {
            files.write("cohort-" + i + ".csv", "id\n");
        }

        files.assertIncomplete("vip.csv", ONLY_COLUMN)
                .hasMessageContaining("cohort-10.csv, cohort-11.csv")
                .hasMessageContaining("cohort-19.csv and 3 more")
                .hasMessageNotContaining("cohort-20.csv");
        new CohortFiles(directory.resolve("nowhere"))
                .assertIncomplete("vip.csv", ONLY_COLUMN)
                .hasMessageContaining("there is no directory");
    }

    @Test
    void refusesADirectoryOfThatName() throws IOException {
        Files.createDirectory(directory.resolve("vip.csv"));

        files.assertIncomplete("vip.csv", ONLY_COLUMN).hasMessage("File vip.csv is not a file");
    }

    @Test
    void readsAllMembersOfAGzipFile() throws IOException {
        byte[] members = join(gzip("id\nu1\nu"), gzip(""), gzip("2\n"), gzip("u3\n"));
        files.write("vip.csv.gz", members).write("padded.csv.gz", join(members, new byte[1024]));

        assertThat(files.keys("vip.csv.gz", ONLY_COLUMN)).containsExactly("u1", "u2", "u3");
        assertThat(files.keys("padded.csv.gz", ONLY_COLUMN)).containsExactly("u1", "u2", "u3");
    }

    @Test
    void readsAGzipHeaderWithAllItsOptionalParts() throws IOException {
        byte[] plain = gzip("id\nu1\n");
        byte[] head = Arrays.copyOf(plain, 10);
        head[3] = 2 | 4 | 8 | 16;
        byte[] optional = {3, 0, 1, 2, 3, 'n', 'a', 'm', 'e', 0, 'c', 0, 9, 9};
        files.write("vip.csv.gz", join(head, optional, Arrays.copyOfRange(plain, 10, plain.length)));

        assertThat(files.keys("vip.csv.gz", ONLY_COLUMN)).containsExactly("u1");
    }

    @Test
    void refusesEveryCutThroughAGzipFile() throws IOException {
        byte[] first = gzip(numbered(50));
        byte[] whole = join(first, gzip("user-50,50\n"));
        for (int length = 2; length < whole.length; length++) {
            if (length == first.length) {
                // Exactly between two members nothing shows that there was more.
                continue;
            }
            files.write("vip.csv.gz", Arrays.copyOf(whole, length));

            files.assertIncomplete("vip.csv.gz", named("id"))
                    .hasMessage("File vip.csv.gz ends in the middle of its gzip data");
        }
    }

    @Test
    void refusesDamagedGzipData() throws IOException {
        byte[] good = gzip(numbered(200));
        byte[] wrongChecksum = good.clone();
        wrongChecksum[good.length - 8] ^= 1;
        byte[] wrongData = good.clone();
        Arrays.fill(wrongData, 15, 40, (byte) 0xff);
        byte[] wrongMethod = good.clone();
        wrongMethod[2] = 7;
        for (byte[] bad : List.of(
                wrongChecksum, wrongData, wrongMethod, join(good, new byte[] {1, 2, 3}), join(good, new byte[] {0, 0, 7
                }))) {
            files.write("vip.csv.gz", bad);

            files.assertIncomplete("vip.csv.gz", named("id")).hasMessage("File vip.csv.gz has damaged gzip data");
        }
    }

    @Test
    void refusesAFileThatGrowsWhileItIsRead() throws IOException {
        SnapshotReader reader = begun("vip.csv");
        Files.writeString(directory.resolve("vip.csv"), "late,1\n", StandardOpenOption.APPEND);

        assertChanged(reader);
    }

    @Test
    void refusesAFileThatIsReplacedWhileItIsRead() throws IOException {
        SnapshotReader reader = begun("vip.csv");
        FileTime before = Files.getLastModifiedTime(directory.resolve("vip.csv"));
        files.write("new.csv", numbered(5_000));
        Files.setLastModifiedTime(directory.resolve("new.csv"), before);
        Files.move(
                directory.resolve("new.csv"),
                directory.resolve("vip.csv"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);

        assertChanged(reader);
    }

    @Test
    void refusesAFileThatIsDeletedWhileItIsRead() throws IOException {
        SnapshotReader reader = begun("vip.csv");
        Files.delete(directory.resolve("vip.csv"));

        assertChanged(reader);
    }

    @Test
    void refusesAFileThatIsWrittenToWhileItIsRead() throws IOException {
        SnapshotReader reader = begun("vip.csv");
        Files.setLastModifiedTime(directory.resolve("vip.csv"), FileTime.fromMillis(1_000));

        assertChanged(reader);
    }

    @Test
    void explainsHalfARecordByTheChangeThatLeftIt() throws IOException {
        files.write("big.csv", numbered(100_000));
        SnapshotReader reader = files.open("big.csv", named("id"));
        reader.next();
        try (FileChannel channel = FileChannel.open(directory.resolve("big.csv"), StandardOpenOption.WRITE)) {
            channel.truncate(500_003);
        }

        assertIncomplete(() -> CohortFiles.rows(reader)).hasMessage("File big.csv changed while it was read");
    }

    @ParameterizedTest
    @CsvSource({
        "vip.csv,plain",
        "vip.csv,quoted",
        "vip.csv,commas",
        "vip.csv.gz,quoted",
        "vip.jsonl,json",
        "vip.jsonl.gz,json"
    })
    void failsOnALineOf200MegabytesWithoutKeepingIt(String name, String kind) throws IOException {
        switch (kind) {
            case "plain" -> files.writeHuge(name, "id,n\nu1,1\n", HUGE, ",2\nu3,3\n");
            case "quoted" -> files.writeHuge(name, "id,n\nu1,1\n\"", HUGE, "\",2\nu3,3\n");
            case "commas" -> Files.writeString(directory.resolve(name), "id,n\nu1,1\n" + ",".repeat(1 << 22));
            default -> files.writeHuge(name, "{\"id\":1}\n{\"id\":\"", HUGE, "\"}\n{\"id\":3}\n");
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();

        files.assertIncomplete(name, named("id"))
                .hasMessageContaining("has more than 1,000,000 characters")
                .hasMessageContaining(kind.equals("json") ? "line 2" : "line 3");
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(32L << 20);
    }

    @Test
    void readsALargeGzippedFileToItsEnd() throws IOException {
        files.write("vip.csv.gz", gzip(numbered(300_000)));
        long count = 0;
        try (SnapshotReader reader = files.open("vip.csv.gz", named("id"))) {
            while (reader.hasNext()) {
                count += reader.next().rows();
            }
        }

        assertThat(count).isEqualTo(300_000);
    }

    private SnapshotReader begun(String name) throws IOException {
        files.write(name, numbered(5_000));
        SnapshotReader reader = files.open(name, named("id"));
        assertThat(reader.next().rows()).isEqualTo(1_000);
        return reader;
    }

    private static void assertChanged(SnapshotReader reader) {
        assertIncomplete(() -> CohortFiles.rows(reader)).hasMessage("File vip.csv changed while it was read");
    }

    private static String numbered(int rows) {
        StringBuilder csv = new StringBuilder("id,n\n");
        for (int i = 0; i < rows; i++) {
            csv.append("user-").append(i).append(',').append(i).append('\n');
        }
        return csv.toString();
    }
}
