package io.cohortsync.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.StateTables;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Files as they should not be, from the file to a real server: each counted, or nothing sent and nothing forgotten. */
@ExtendWith(OutputCaptureExtension.class)
class BadFilesTest {

    private static final String KEYS = "file-of-odd-keys";
    private static final String OTHERS = "others";
    private static final String GROWING = "growing";
    private static final String NOBODY = "nobody-left";

    @TempDir
    static Path folder;

    private static SegmentServer segment;
    private static RunningApp app;

    /** A file that is no complete snapshot, and what is said of it. */
    record Broken(String sync, String file, byte[] content, List<String> said) {

        Broken(String sync, String file, String content, String... said) {
            this(sync, file, content.getBytes(StandardCharsets.UTF_8), List.of(said));
        }

        @Override
        public String toString() {
            return sync;
        }
    }

    static Stream<Broken> broken() throws IOException {
        return Stream.of(
                new Broken("empty", "empty.csv", "", "File empty.csv is empty: not even a header"),
                new Broken("empty-lines", "empty-lines.jsonl", "\n\n", "is empty: not even one record"),
                new Broken(
                        "no-key-column",
                        "no-key-column.csv",
                        "id,name\n1,zoe\n",
                        "File no-key-column.csv has no column 'user_id'; its columns are: id, name"),
                new Broken(
                        "no-key-field",
                        "no-key-field.jsonl",
                        "{\"id\":\"zoe\"}\n",
                        "has no record with a field 'user_id'; the fields of its first record are: id"),
                new Broken(
                        "other-delimiter",
                        "other-delimiter.csv",
                        "user_id;name\nzoe;1\n",
                        "has no column 'user_id'; its columns are: user_id;name"),
                new Broken(
                        "not-utf8",
                        "not-utf8.csv",
                        "user_id\nzoë\n".getBytes(StandardCharsets.ISO_8859_1),
                        List.of("is not valid UTF-8 in line 2")),
                new Broken(
                        "cut-record",
                        "cut-record.csv",
                        "user_id,n\nzoe,1\nyan",
                        "ends in the middle of a record: line 3 has 1 of 2 fields"),
                new Broken(
                        "cut-quote",
                        "cut-quote.csv",
                        "user_id,n\nzoe,1\n\"yan",
                        "ends in the middle of a record: a quote opened in the record that begins in line 3"),
                new Broken(
                        "cut-late",
                        "cut-late.csv",
                        "user_id,n\n" + "zoe,1\n".repeat(5_000) + "yan",
                        "ends in the middle of a record: line 5002 has 1 of 2 fields"),
                new Broken(
                        "cut-object",
                        "cut-object.jsonl",
                        "{\"user_id\":\"zoe\"}\n{\"user_id\":\"ya",
                        "ends in the middle of a record: line 2 is not a whole JSON object"),
                new Broken(
                        "too-few-fields",
                        "too-few-fields.csv",
                        "user_id,n\nzoe\nyan,1\n",
                        "has 1 field in line 2, where its header has 2"),
                new Broken("cut-gzip", "cut-gzip.csv.gz", cutGzip(), List.of("ends in the middle of its gzip data")));
    }

    private static byte[] cutGzip() throws IOException {
        byte[] whole = CohortFiles.gzip("user_id\n" + "zoe\n".repeat(50_000));
        return Arrays.copyOf(whole, whole.length / 2);
    }

    @BeforeAll
    static void start() throws IOException {
        segment = new SegmentServer();
        String syncs = Stream.concat(
                        broken().map(broken -> sync(broken.sync(), broken.file())),
                        Stream.of(
                                sync(KEYS, "keys.csv"),
                                sync(KEYS + "-json", "keys.jsonl.gz"),
                                sync(OTHERS, "others.csv"),
                                sync(GROWING, "growing.csv"),
                                sync(NOBODY, "nobody.csv"),
                                sync("huge-line", "huge-line.csv"),
                                sync("gone", "gone.csv"),
                                sync("two-columns", "two-columns.csv").replace("member-key: user_id", "")))
                .collect(Collectors.joining());
        app = RunningApp.start(folder, """
                cohort-sync:
                  sources:
                    exports: { type: file, directory: $DIR/cohorts }
                  targets:
                    web: { type: segment, write-key: wk_test, base-url: %s }
                  syncs:
                """.formatted(segment.url()) + syncs);
        Files.createDirectories(folder.resolve("cohorts"));
    }

    private static String sync(String name, String file) {
        return "    " + name + ":\n      from: { source: exports, cohort: " + file
                + ", member-key: user_id }\n      schedule: manual\n      to: [ web ]\n";
    }

    @AfterAll
    static void stop() {
        app.close();
        segment.close();
    }

    private static Path file(String name) {
        return folder.resolve("cohorts").resolve(name);
    }

    /** Writes keys that need no quoting, in the form that the file's name promises. */
    private static void writeGood(String name, String... keys) {
        String text = name.contains(".jsonl")
                ? Arrays.stream(keys)
                        .map(key -> "{\"user_id\":\"" + key + "\"}\n")
                        .collect(Collectors.joining())
                : "user_id\n" + String.join("\n", keys) + "\n";
        write(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(String name, byte[] content) {
        try {
            Files.write(file(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A good run, one that fails because of what is done in between, and a good one after it. */
    private static void failsAndRecovers(
            String sync, String file, Runnable breaking, CapturedOutput log, List<String> said) {
        String before = runWell(sync, file);
        breaking.run();
        assertFails(sync, file, log, said, before);
        assertRecovers(sync, file);
    }

    /** Gives the acknowledged state after it. */
    private static String runWell(String sync, String file) {
        writeGood(file, "ann", "bob");
        assertThat(app.runLink(sync).path("accepted").asLong()).isEqualTo(2);
        segment.forgetRequests();
        return StateTables.acknowledged(app);
    }

    private static void assertFails(String sync, String file, CapturedOutput log, List<String> said, String before) {
        JsonNode failed = app.run(sync);

        assertThat(failed.path("state").asText()).isEqualTo("failed");
        assertThat(failed.path("targets")).isEmpty();
        String error = failed.path("error").asText();
        assertThat(error).contains(said).startsWith("File " + file);
        assertThat(segment.requests()).isEmpty();
        assertThat(StateTables.acknowledged(app)).isEqualTo(before);
        assertThat(log.getAll())
                .contains("failed, nothing was sent and nobody was removed: " + error)
                .doesNotContain("\tat ")
                .doesNotContain("Exception")
                .doesNotContain("zoe")
                .doesNotContain("yan");
        assertThat(app.get("/api/syncs/" + sync).path("error").asText()).isEqualTo(error);
    }

    private static void assertRecovers(String sync, String file) {
        writeGood(file, "bob", "cleo");
        JsonNode good = app.runLink(sync);
        assertThat(good.path("enter").asLong()).isEqualTo(1);
        assertThat(good.path("exit").asLong()).isEqualTo(1);
        assertThat(good.path("drift").asLong()).isZero();
        assertThat(segment.members(sync)).containsExactly("bob", "cleo");
        assertThat(app.get("/api/syncs/" + sync).has("error")).isFalse();
    }

    @ParameterizedTest
    @MethodSource("broken")
    void aFileThatIsNoCompleteSnapshotSendsNothingAndForgetsNothing(Broken broken, CapturedOutput log) {
        failsAndRecovers(
                broken.sync(), broken.file(), () -> write(broken.file(), broken.content()), log, broken.said());
    }

    @Test
    void aMissingFileIsAnsweredWithTheFilesThatAreThere(CapturedOutput log) {
        writeGood("neighbour.csv", "ann");
        failsAndRecovers(
                "gone",
                "gone.csv",
                () -> file("gone.csv").toFile().delete(),
                log,
                List.of("does not exist; in " + folder.resolve("cohorts") + " there is: "));
    }

    @Test
    void severalColumnsAndNoMemberKeyAreAnsweredWithTheColumns(CapturedOutput log) {
        failsAndRecovers(
                "two-columns",
                "two-columns.csv",
                () -> write("two-columns.csv", "user_id,email\nzoe,yan\n".getBytes(StandardCharsets.UTF_8)),
                log,
                List.of("has 2 columns (user_id, email): set member-key to the one that holds the member key"));
    }

    @Test
    void aLineOf200MegabytesFailsTheRunAndNotTheProcess(CapturedOutput log) {
        failsAndRecovers(
                "huge-line",
                "huge-line.csv",
                () -> writeHugeLine(file("huge-line.csv")),
                log,
                List.of("has more than 1,000,000 characters in the record that begins in line 2"));
    }

    private static void writeHugeLine(Path file) {
        byte[] megabyte = "z".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write("user_id\n".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 200; i++) {
                out.write(megabyte);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aFileThatIsStillWrittenToIsNotTakenForAWholeCohort(CapturedOutput log) throws InterruptedException {
        String before = runWell(GROWING, "growing.csv");
        write("growing.csv", ("user_id\n" + "zoe\n".repeat(300_000)).getBytes(StandardCharsets.UTF_8));
        AtomicBoolean enough = new AtomicBoolean();
        Thread export = new Thread(() -> {
            while (!enough.get()) {
                append(file("growing.csv"), "zoe\n");
                LockSupport.parkNanos(1_000_000);
            }
        });
        export.start();
        try {
            assertFails(GROWING, "growing.csv", log, List.of("File growing.csv changed while it was read"), before);
        } finally {
            enough.set(true);
            export.join();
        }
        assertRecovers(GROWING, "growing.csv");
    }

    private static void append(Path file, String text) {
        try {
            Files.writeString(file, text, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aHeaderWithoutRecordsIsAnEmptyCohortAndTheGuardKeepsEverybody() {
        writeGood("nobody.csv", "ann", "bob");
        app.runLink(NOBODY);
        segment.forgetRequests();

        write("nobody.csv", "user_id\n".getBytes(StandardCharsets.UTF_8));
        JsonNode run = app.run(NOBODY);

        assertThat(run.path("state").asText()).isEqualTo("held");
        JsonNode link = run.path("targets").path(0);
        assertThat(link.path("exit").asLong()).isEqualTo(2);
        assertThat(link.path("held").asLong()).isEqualTo(2);
        assertThat(link.path("drift").asLong()).isEqualTo(2);
        assertThat(link.path("error").asText()).contains("2 exits held: the snapshot is empty", "guard.allow-empty");
        assertThat(segment.requests()).isEmpty();
        assertThat(segment.members(NOBODY)).containsExactly("ann", "bob");

        writeGood("nobody.csv", "ann", "bob");
        assertThat(app.runLink(NOBODY).path("same").asLong()).isEqualTo(2);
    }

    private static final String LONGEST = "ö".repeat(256);

    private static final List<String> ODD = List.of(
            "a,b",
            "say \"hi\"",
            "line one\nline two",
            "😀@example.com",
            "0042",
            "12e34567",
            "12345678901234567890",
            "NULL",
            "a'b;c|d\te",
            "𝔘nicode\u00a0x",
            LONGEST);

    @Test
    void oddKeysOfACsvFileArriveUnchanged() {
        String csv = "name,user_id\n"
                + ODD.stream()
                        .map(key -> "x,\"" + key.replace("\"", "\"\"") + "\"\r\n")
                        .collect(Collectors.joining());
        write("keys.csv", csv.getBytes(StandardCharsets.UTF_8));

        assertThat(app.runLink(KEYS).path("accepted").asInt()).isEqualTo(ODD.size());
        assertThat(segment.members(KEYS)).containsExactlyInAnyOrderElementsOf(ODD);

        segment.forgetRequests();
        assertThat(app.runLink(KEYS).path("same").asInt()).isEqualTo(ODD.size());
        assertThat(segment.requests()).isEmpty();
    }

    @Test
    void oddKeysOfJsonLinesArriveUnchangedAndNumbersAsTheyAreWritten() throws IOException {
        String lines = ODD.stream()
                        .map(key -> "{\"user_id\":\""
                                + key.replace("\"", "\\\"").replace("\n", "\\n").replace("\t", "\\t") + "\"}\n")
                        .collect(Collectors.joining())
                + "{\"user_id\":12e3}\n{\"user_id\":1.50}\n";
        write("keys.jsonl.gz", CohortFiles.gzip(lines));

        assertThat(app.runLink(KEYS + "-json").path("accepted").asInt()).isEqualTo(ODD.size() + 2);
        assertThat(segment.members(KEYS + "-json"))
                .containsAll(ODD)
                .contains("12e3", "1.50")
                .hasSize(ODD.size() + 2);
    }

    @Test
    void recordsThatCannotBecomeMembersAreCountedAndSampledWithoutShowingThem(CapturedOutput log) {
        String tooLong = LONGEST + "x";
        String csv = "user_id\nann\n\n  \nbob\nann\n ann \n" + tooLong + "\n" + tooLong + "\n";
        write("others.csv", csv.getBytes(StandardCharsets.UTF_8));

        JsonNode run = app.run(OTHERS);

        assertThat(run.path("state").asText()).isEqualTo("succeeded");
        assertThat(run.path("read").asLong()).isEqualTo(8);
        JsonNode link = run.path("targets").path(0);
        assertThat(link.path("anonymous").asLong()).isEqualTo(2);
        assertThat(link.path("duplicate").asLong()).isEqualTo(2);
        assertThat(link.path("invalid").asLong()).isEqualTo(2);
        assertThat(link.path("enter").asLong()).isEqualTo(2);
        assertThat(segment.members(OTHERS)).containsExactly("ann", "bob");
        assertThat(log.getAll())
                .contains(
                        "others → web: record 7 has an invalid member key: 513 bytes of UTF-8, at most 512 are accepted")
                .contains("invalid 2, anonymous 2, duplicate 2")
                .doesNotContain("öööö")
                .doesNotContain("ann")
                .doesNotContain("bob");
    }
}
