package io.cohortsync.source;

import static io.cohortsync.source.CohortFiles.ONLY_COLUMN;
import static io.cohortsync.source.CohortFiles.gzip;
import static io.cohortsync.source.CohortFiles.join;
import static io.cohortsync.source.CohortFiles.named;
import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.config.MemberKeyField;
import io.cohortsync.config.MemberKeyField.Named;
import io.cohortsync.config.MemberKeyField.OnlyColumn;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvFilesTest {

    @TempDir
    Path directory;

    private CohortFiles files;

    @BeforeEach
    void setUp() {
        files = new CohortFiles(directory);
    }

    @Test
    void givesTheValuesAskedForInTheOrderAskedFor() throws IOException {
        files.write("vip.csv", "id,name,email\n1,Ann,ann@example.com\n2,Bob,bob@example.com\n");

        assertThat(files.rows("vip.csv", named("email", "id")))
                .containsExactly(List.of("ann@example.com", "1"), List.of("bob@example.com", "2"));
    }

    @Test
    void readsTheOnlyColumnWithoutItsName() throws IOException {
        files.write("vip.csv", "user_id\nu1\nu2\n");

        assertThat(files.keys("vip.csv", ONLY_COLUMN)).containsExactly("u1", "u2");
        assertThat(files.rows("vip.csv", List.<MemberKeyField>of(new OnlyColumn(), new Named("user_id"))))
                .containsExactly(List.of("u1", "u1"), List.of("u2", "u2"));
    }

    @Test
    void refusesToGuessAmongSeveralColumns() throws IOException {
        files.write("vip.csv", "id,email\n1,a@example.com\n");

        files.assertIncomplete("vip.csv", ONLY_COLUMN)
                .hasMessage(
                        "File vip.csv has 2 columns (id, email): set member-key to the one that holds the member key");
    }

    @Test
    void namesTheColumnsFoundWhenTheKeyColumnIsMissing() throws IOException {
        files.write("vip.csv", "id, e-mail\n1,a@example.com\n");

        files.assertIncomplete("vip.csv", named("email"))
                .hasMessage("File vip.csv has no column 'email'; its columns are: id, e-mail");
        files.assertIncomplete("vip.csv", named("ID")).hasMessageContaining("no column 'ID'");
    }

    @Test
    void doesNotShowTheFirstRecordOfAFileWithoutHeader() throws IOException {
        files.write("vip.csv", "ann@example.com,4711\nbob@example.com,4712\n");

        files.assertIncomplete("vip.csv", named("email"))
                .hasMessageContaining("is there a header?")
                .hasMessageNotContaining("ann")
                .hasMessageNotContaining("4711");
    }

    @Test
    void refusesAColumnThatIsThereTwiceOnlyWhenItIsAskedFor() throws IOException {
        files.write("vip.csv", "id,tag,tag\n1,a,b\n");

        assertThat(files.keys("vip.csv", named("id"))).containsExactly("1");
        files.assertIncomplete("vip.csv", named("tag")).hasMessageContaining("more than one column 'tag'");
    }

    @Test
    void refusesAnotherDelimiterRatherThanSendWholeRecords() throws IOException {
        files.write("vip.csv", "id;email\n1;a@example.com\n");

        files.assertIncomplete("vip.csv", ONLY_COLUMN).hasMessageContaining("separated by commas");
        files.assertIncomplete("vip.csv", named("email")).hasMessageContaining("its columns are: id;email");
    }

    @Test
    void stripsBlanksAroundColumnNamesOnly() throws IOException {
        files.write("vip.csv", " id , email\n 1 , a@example.com \n");

        assertThat(files.rows("vip.csv", named("id", "email"))).containsExactly(List.of(" 1 ", " a@example.com "));
    }

    @Test
    void readsCommasQuotesNewlinesAndEmojiInKeys() throws IOException {
        files.write(
                "vip.csv", "id,n\n\"a,b\",1\n\"say \"\"hi\"\"\",2\n\"two\r\nlines\",3\n\"😀 Zoë\",4\nplain\"quote,5\n");

        assertThat(files.keys("vip.csv", named("id")))
                .containsExactly("a,b", "say \"hi\"", "two\r\nlines", "😀 Zoë", "plain\"quote");
    }

    @Test
    void keepsNumbersAsTheyAreWritten() throws IOException {
        files.write("vip.csv", "id\n0042\n12e34567\n1e21\n9007199254740993\n1.0\n");

        assertThat(files.keys("vip.csv", ONLY_COLUMN))
                .containsExactly("0042", "12e34567", "1e21", "9007199254740993", "1.0");
    }

    @Test
    void passesBlankDuplicateAndLongKeysOn() throws IOException {
        String longKey = "k".repeat(600);
        files.write("vip.csv", "id,n\n,1\n\"\",2\n  ,3\nu1,4\nu1,5\n" + longKey + ",6\n");

        assertThat(files.keys("vip.csv", named("id"))).containsExactly("", "", "  ", "u1", "u1", longKey);
    }

    @Test
    void takesAnEmptyLineForABlankKeyInAFileOfOneColumn() throws IOException {
        files.write("vip.csv", "id\nu1\n\nu2\n");

        assertThat(files.keys("vip.csv", ONLY_COLUMN)).containsExactly("u1", "", "u2");
    }

    @Test
    void skipsEmptyLinesInAFileOfSeveralColumns() throws IOException {
        files.write("vip.csv", "\n\nid,n\nu1,1\n\nu2,2\n\n\n");

        assertThat(files.keys("vip.csv", named("id"))).containsExactly("u1", "u2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void readsEveryLineEnd(String lineEnd) throws IOException {
        files.write("vip.csv", String.join(lineEnd, "id,n", "u1,1", "u2,2", ""));

        assertThat(files.rows("vip.csv", named("n", "id"))).containsExactly(List.of("1", "u1"), List.of("2", "u2"));
    }

    @Test
    void readsAFileThatBeginsWithAByteOrderMark() throws IOException {
        files.write("vip.csv", "\uFEFFid,n\nu1,1\n");

        assertThat(files.keys("vip.csv", named("id"))).containsExactly("u1");
    }

    @Test
    void acceptsALastRecordWithoutLineEnd() throws IOException {
        files.write("vip.csv", "id,n\nu1,1\nu2,2");

        assertThat(files.keys("vip.csv", named("id"))).containsExactly("u1", "u2");
    }

    @Test
    void takesAHeaderWithoutRecordsForACompleteCohortOfNobody() throws IOException {
        for (String content : List.of("id,n\n", "id,n", "\uFEFFid,n\r\n\r\n")) {
            files.write("vip.csv", content);
            SnapshotReader reader = files.open("vip.csv", named("id"));

            assertThat(reader.hasNext()).isFalse();
            assertThat(reader.complete()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\uFEFF", "\n\n", "  \r\n \r\n", "\uFEFF\n"})
    void refusesAnEmptyFile(String content) throws IOException {
        files.write("vip.csv", content).write("vip.csv.gz", gzip(content));

        files.assertIncomplete("vip.csv", named("id")).hasMessage("File vip.csv is empty: not even a header");
        files.assertIncomplete("vip.csv.gz", ONLY_COLUMN).hasMessage("File vip.csv.gz is empty: not even a header");
    }

    @Test
    void refusesARecordThatDoesNotFitTheHeaderAndNamesItsLine() throws IOException {
        files.write("less.csv", "id,n\n\"u\n1\",1\nu2\nu3,3\n").write("more.csv", "id,n\nu1,1\nu2,2,2\n");

        files.assertIncomplete("less.csv", named("id"))
                .hasMessage("File less.csv has 1 field in line 4, where its header has 2");
        files.assertIncomplete("more.csv", named("id"))
                .hasMessage("File more.csv has 3 fields in line 3, where its header has 2");
    }

    @Test
    void refusesAFileThatEndsInTheMiddleOfARecord() throws IOException {
        files.write("short.csv", "id,n\nu1,1\nu2").write("quote.csv", "id,n\nu1,1\n\"u2,2\nu3,3\n");

        files.assertIncomplete("short.csv", named("id"))
                .hasMessage("File short.csv ends in the middle of a record: line 3 has 1 of 2 fields");
        files.assertIncomplete("quote.csv", named("id"))
                .hasMessage("File quote.csv ends in the middle of a record: "
                        + "a quote opened in the record that begins in line 3 is never closed");
    }

    @Test
    void refusesTextAfterAClosingQuoteWithoutShowingIt() throws IOException {
        files.write("vip.csv", "id,n\nu1,1\n\"secret\"ann,2\nu3,3\n");

        files.assertIncomplete("vip.csv", named("id"))
                .hasMessage("File vip.csv has text after a closing quote in the record that begins in line 3")
                .hasNoCause();
    }

    @Test
    void namesTheLineThatIsNotUtf8() throws IOException {
        byte[] latin1 = "Zoë".getBytes(StandardCharsets.ISO_8859_1);
        byte[] many = "u,1\r\n".repeat(20_000).getBytes(StandardCharsets.UTF_8);
        files.write("early.csv", join(bytes("id,n\n\"a\nb\",1\n"), latin1, bytes(",2\n")))
                .write("late.csv", join(bytes("id,n\r\n"), many, latin1, bytes(",2\r\n")))
                .write("cut.csv", join(bytes("id,n\nu1,1\nu2,"), new byte[] {(byte) 0xf0, (byte) 0x9f}))
                .write("wide.csv", "id,n\nu1,1\n".getBytes(StandardCharsets.UTF_16));

        files.assertIncomplete("early.csv", named("id")).hasMessage("File early.csv is not valid UTF-8 in line 4");
        files.assertIncomplete("late.csv", named("id")).hasMessage("File late.csv is not valid UTF-8 in line 20002");
        files.assertIncomplete("cut.csv", named("id")).hasMessage("File cut.csv is not valid UTF-8 in line 3");
        files.assertIncomplete("wide.csv", named("id")).hasMessageContaining("is UTF-16 text, not UTF-8");
    }

    @Test
    void readsBackWhatWasWrittenWhateverTheKeys() throws IOException {
        Random random = new Random(20_240_917);
        String[] pieces = {"a", "0", " ", ",", "\"", "\n", "\r\n", "\r", "é", "😀", "\t", ";", "'", "\u2028", "\uFEFF"};
        for (int round = 0; round < 50; round++) {
            List<List<String>> rows = new ArrayList<>();
            StringBuilder csv = new StringBuilder("one,two,three");
            for (int r = random.nextInt(3_000); r > 0; r--) {
                csv.append(random.nextBoolean() ? "\n" : "\r\n");
                List<String> row = new ArrayList<>();
                for (int c = 0; c < 3; c++) {
                    StringBuilder value = new StringBuilder();
                    for (int p = random.nextInt(8); p > 0; p--) {
                        value.append(pieces[random.nextInt(pieces.length)]);
                    }
                    row.add(value.toString());
                    csv.append(c == 0 ? "" : ",")
                            .append('"')
                            .append(value.toString().replace("\"", "\"\""))
                            .append('"');
                }
                rows.add(List.of(row.get(2), row.get(0)));
            }
            files.write("round.csv", csv.toString());

            assertThat(files.rows("round.csv", named("three", "one"))).isEqualTo(rows);
        }
    }

    @Test
    void refusesEveryCutThroughAQuotedRecord() throws IOException {
        byte[] whole = bytes("id,n,x\n\"a,😀\",\"2\",\"last\"\n");
        int header = "id,n,x\n".length();
        int end = whole.length - "\n".length();
        int lastComma = end - "\"last\"".length() - 1;
        for (int length = header + 1; length < end; length++) {
            if (length == lastComma + 1) {
                // A whole record again, whose last value is blank: nothing shows that there was more.
                continue;
            }
            files.write("cut.csv", Arrays.copyOf(whole, length));

            files.assertIncomplete("cut.csv", named("id"));
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
