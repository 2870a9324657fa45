package io.cohortsync.source;

import static io.cohortsync.source.CohortFiles.ONLY_COLUMN;
import static io.cohortsync.source.CohortFiles.join;
import static io.cohortsync.source.CohortFiles.named;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLinesFilesTest {

    @TempDir
    Path directory;

    private CohortFiles files;

    @BeforeEach
    void setUp() {
        files = new CohortFiles(directory);
    }

    @Test
    void givesTheFieldsAskedForInTheOrderAskedFor() throws IOException {
        files.write("vip.jsonl", """
                {"id": 1, "email": "ann@example.com", "tags": ["x", {"id": "no"}]}
                {"email": "bob@example.com", "tags": {"id": "no"}, "id": 2}
                """);

        assertThat(files.rows("vip.jsonl", named("email", "id")))
                .containsExactly(List.of("ann@example.com", "1"), List.of("bob@example.com", "2"));
    }

    @Test
    void readsTheOnlyFieldWithoutItsName() throws IOException {
        files.write("vip.ndjson", "{\"id\":\"u1\"}\n{\"id\":\"u2\"}\n{}\n");

        assertThat(files.keys("vip.ndjson", ONLY_COLUMN)).containsExactly("u1", "u2", "");
    }

    @Test
    void refusesToGuessAmongSeveralFields() throws IOException {
        files.write("one.jsonl", "{\"id\":\"u1\",\"email\":\"a@example.com\",\"x\":[1,2]}\n")
                .write("two.jsonl", "{\"id\":\"u1\"}\n{\"email\":\"a@example.com\"}\n");

        files.assertIncomplete("one.jsonl", ONLY_COLUMN)
                .hasMessage("File one.jsonl has several fields (id, email, x) in line 1: "
                        + "set member-key to the one that holds the member key");
        files.assertIncomplete("two.jsonl", ONLY_COLUMN).hasMessageContaining("(id, email) in line 2");
    }

    @Test
    void keepsNumbersAsTheyAreWritten() throws IOException {
        files.write("vip.jsonl", """
                {"id": 12345678901234567890123}
                {"id": 1e21}
                {"id": 1.0}
                {"id": 9007199254740993}
                {"id": -0.10}
                {"id": "0042"}
                {"id": "12e34567"}
                {"id": true}
                """);

        assertThat(files.keys("vip.jsonl", ONLY_COLUMN))
                .containsExactly(
                        "12345678901234567890123",
                        "1e21",
                        "1.0",
                        "9007199254740993",
                        "-0.10",
                        "0042",
                        "12e34567",
                        "true");
    }

    @Test
    void givesTheEmptyTextForNullAndForAnAbsentField() throws IOException {
        files.write("vip.jsonl", "{\"id\":null}\n{\"x\":1}\n{\"id\":\"\"}\n{\"id\":\"u1\"}\n");

        assertThat(files.keys("vip.jsonl", named("id"))).containsExactly("", "", "", "u1");
    }

    @Test
    void marksWhatCannotBeAKeyAsInvalid() throws IOException {
        files.write("vip.jsonl", """
                {"id": ["u1"]}
                {"id": {"a": {"id": 1}}}
                {"id": "\\ud83d"}
                {"id": "u1", "id": "u2"}
                {"id": "u3"}
                """);

        assertThat(files.keys("vip.jsonl", named("id")))
                .containsExactly(Chunk.INVALID, Chunk.INVALID, Chunk.INVALID, Chunk.INVALID, "u3");
    }

    @Test
    void readsCommasQuotesNewlinesAndEmojiInKeys() throws IOException {
        String longKey = "é".repeat(600);
        files.write("vip.jsonl", """
                {"id": "a,b"}
                {"id": "say \\"hi\\""}
                {"id": "two\\nlines"}
                {"id": "\\ud83d\\ude00 Zoë 😀"}
                {"id": "u1"}
                {"id": "u1"}
                {"id": "%s"}
                """.formatted(longKey));

        assertThat(files.keys("vip.jsonl", ONLY_COLUMN))
                .containsExactly("a,b", "say \"hi\"", "two\nlines", "😀 Zoë 😀", "u1", "u1", longKey);
    }

    @Test
    void takesADottedNameLiterally() throws IOException {
        files.write("vip.jsonl", "{\"user.id\":\"u1\",\"user\":{\"id\":\"no\"}}\n");

        assertThat(files.keys("vip.jsonl", named("user.id"))).containsExactly("u1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r", "\n\n  \n", "\r\n\r\n"})
    void readsEveryLineEndAndSkipsBlankLines(String lineEnd) throws IOException {
        files.write("vip.jsonl", String.join(lineEnd, "\uFEFF{\"id\":\"u1\"}", "{\"id\":\"u2\"}", "{\"id\":\"u3\"}"));

        assertThat(files.keys("vip.jsonl", ONLY_COLUMN)).containsExactly("u1", "u2", "u3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\uFEFF", "\n \r\n\n"})
    void refusesAnEmptyFile(String content) throws IOException {
        files.write("vip.jsonl", content);

        files.assertIncomplete("vip.jsonl", named("id")).hasMessage("File vip.jsonl is empty: not even one record");
    }

    @Test
    void namesTheFieldsFoundWhenNoRecordHasTheKeyField() throws IOException {
        files.write("vip.jsonl", "{\"id\":\"u1\",\"mail\":\"a@example.com\"}\n{\"other\":1}\n");

        files.assertIncomplete("vip.jsonl", named("id", "email"))
                .hasMessage("File vip.jsonl has no record with a field 'email'; "
                        + "the fields of its first record are: id, mail");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[\"ann\"]",
                "\"ann\"",
                "42",
                "null",
                "ann",
                "{\"id\":ann}",
                "{\"id\":0042}",
                "{\"id\":NaN}",
                "{\"id\":\"ann\"",
                "{\"id\":\"ann\"} {\"id\":\"bob\"}",
                "{\"id\":\"ann\"}]",
                "{\"id\":\"ann\",}"
            })
    void namesTheLineThatIsNotOneObjectWithoutShowingIt(String line) throws IOException {
        files.write("vip.jsonl", "{\"id\":\"u1\"}\n\n" + line + "\n{\"id\":\"u2\"}\n");

        files.assertIncomplete("vip.jsonl", named("id"))
                .hasMessage("File vip.jsonl is not JSON Lines: line 3 is not one JSON object")
                .hasNoCause();
    }

    @Test
    void refusesEveryCutThroughTheLastRecord() throws IOException {
        String first = "{\"id\":\"u1\"}\n";
        byte[] whole = (first + "{\"id\":\"😀\",\"n\":12}").getBytes(StandardCharsets.UTF_8);
        for (int length = first.length() + 1; length < whole.length; length++) {
            files.write("vip.jsonl", Arrays.copyOf(whole, length));

            files.assertIncomplete("vip.jsonl", named("id"))
                    .hasMessageMatching(".*(ends in the middle of a record: line 2|not valid UTF-8 in line 2).*");
        }
        files.write("vip.jsonl", whole);

        assertThat(files.keys("vip.jsonl", named("id"))).containsExactly("u1", "😀");
    }

    @Test
    void namesTheLineThatIsNotUtf8() throws IOException {
        byte[] before = "{\"id\":\"u1\"}\n".repeat(30_000).getBytes(StandardCharsets.UTF_8);
        files.write("vip.jsonl", join(before, "{\"id\":\"Zoë\"}\n".getBytes(StandardCharsets.ISO_8859_1)));

        files.assertIncomplete("vip.jsonl", named("id")).hasMessage("File vip.jsonl is not valid UTF-8 in line 30001");
    }

    @Test
    void survivesAnObjectNestedWithoutEnd() throws IOException {
        files.write("vip.jsonl", "{\"id\":" + "[".repeat(200_000) + "\n");

        files.assertIncomplete("vip.jsonl", named("id")).hasMessageContaining("line 1 is not one JSON object");
    }
}
