package io.cohortsync.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.config.MemberKeyField;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/** Whatever a file holds, the plain reading says of it what the CSV parser says. */
class PlainRowsTest {

    private static final List<MemberKeyField> ONLY = List.of(new MemberKeyField.OnlyColumn());

    @Provide
    Arbitrary<byte[]> files() {
        Arbitrary<String> headers =
                Arbitraries.of("id", " id ", "\uFEFFid", "\"id\"", "", "\n\nid", "id,name", "id;name", "ключ", "i\rd");
        Arbitrary<String> values = Arbitraries.frequencyOf(
                Tuple.of(30, Arbitraries.strings().alpha().ofMaxLength(40)),
                Tuple.of(
                        3,
                        Arbitraries.of("", " ", "a b", "ann@example.com", "#1", "ключ", "😀", "\t", "x;y", "a\u0000b")),
                Tuple.of(1, Arbitraries.of("\"quoted\"", "\"a\"\"b\"", "\"a\nb\"", "a,b", "\"open", "a\"b", "\"a\"b")));
        Arbitrary<String> ends = Arbitraries.frequency(Tuple.of(20, "\n"), Tuple.of(5, "\r\n"), Tuple.of(1, "\r"));
        Arbitrary<String> lines = Combinators.combine(values, ends)
                .as((value, end) -> value + end)
                .list()
                .ofMaxSize(60)
                .map(l -> String.join("", l));
        Arbitrary<byte[]> rest = Arbitraries.frequency(
                Tuple.of(20, new byte[0]),
                Tuple.of(1, new byte[] {'a', (byte) 0xc3}),
                Tuple.of(1, new byte[] {(byte) 0xff, '\n', 'b'}),
                Tuple.of(3, "last".getBytes(StandardCharsets.UTF_8)));
        return Combinators.combine(headers, ends, lines, rest).as((header, end, text, last) -> {
            byte[] begin = (header + end + text).getBytes(StandardCharsets.UTF_8);
            byte[] all = java.util.Arrays.copyOf(begin, begin.length + last.length);
            System.arraycopy(last, 0, all, begin.length, last.length);
            return all;
        });
    }

    /** Gives a few bytes at a time, so that every line is cut somewhere. */
    private static InputStream inPieces(byte[] content, int most) {
        return new ByteArrayInputStream(content) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, most));
            }
        };
    }

    private static List<String> read(Records records) {
        List<String> said = new ArrayList<>();
        Chunk.Builder rows = new Chunk.Builder(1, 1);
        try (records) {
            while (records.next(rows)) {
                // Counted below.
            }
            said.add("complete");
        } catch (IOException e) {
            said.add(e.getMessage());
        }
        Chunk chunk = rows.build();
        CohortFiles.rows(chunk).forEach(row -> said.add(row.get(0)));
        return said;
    }

    @Property(tries = 2_000)
    void readsAsTheParserDoes(@ForAll("files") byte[] content, @ForAll @IntRange(min = 1, max = 50) int most) {
        assertThat(read(new PlainRows(inPieces(content, most), ONLY)))
                .isEqualTo(read(new CsvRecords(new Utf8Text(inPieces(content, most), 0), ONLY, 0)));
    }

    @Provide
    Arbitrary<byte[]> tables() {
        Arbitrary<String> headers = Arbitraries.frequency(
                Tuple.of(20, "\"amplitude_id\",\"user_id\""),
                Tuple.of(3, "amplitude_id,user_id"),
                Tuple.of(1, "\uFEFF\"amplitude_id\", user_id "),
                Tuple.of(1, "\n\"amplitude_id\",\"user_id\""),
                Tuple.of(1, "\"amplitude_id\",\"\tuser_id\""),
                Tuple.of(1, "\"amplitude_id\",\"user\n_id\""),
                Tuple.of(1, "user_id,user_id"));
        Arbitrary<String> plain = Arbitraries.strings().alpha().ofMaxLength(20);
        Arbitrary<String> values = Arbitraries.frequencyOf(
                Tuple.of(60, plain.map(value -> '"' + value + '"')),
                Tuple.of(20, plain),
                Tuple.of(5, Arbitraries.of("\"\"", "", "\"ключ\"", "😀", "\"a,b\"", "\"\tx\"", "\" \"")),
                Tuple.of(
                        1,
                        Arbitraries.of(
                                "\"a\"\"b\"", "\"a\nb\"", "\"a\r\nb\"", "\"open", "a\"b", "\"a\"b", "x,y", "\"a\" ")));
        Arbitrary<String> ends = Arbitraries.frequency(Tuple.of(40, "\n"), Tuple.of(5, "\r\n"), Tuple.of(1, "\r"));
        Arbitrary<String> rows = Arbitraries.frequencyOf(
                Tuple.of(40, Combinators.combine(values, values).as((one, two) -> one + "," + two)),
                Tuple.of(1, values),
                Tuple.of(1, Arbitraries.of("")));
        Arbitrary<String> lines = Combinators.combine(rows, ends)
                .as((row, end) -> row + end)
                .list()
                .ofMaxSize(40)
                .map(all -> String.join("", all));
        return Combinators.combine(headers, ends, lines, rows, Arbitraries.of(true, false))
                .as((header, end, text, last, cut) ->
                        (header + end + text + (cut ? last : "")).getBytes(StandardCharsets.UTF_8));
    }

    @Property(tries = 2_000)
    void readsTwoColumnsAsTheParserDoes(
            @ForAll("tables") byte[] content, @ForAll @IntRange(min = 1, max = 50) int most) {
        for (List<MemberKeyField> fields : List.of(
                List.<MemberKeyField>of(new MemberKeyField.Named("user_id")),
                List.<MemberKeyField>of(
                        new MemberKeyField.Named("user_id"), new MemberKeyField.Named("amplitude_id")))) {
            assertThat(read(new PlainRows(inPieces(content, most), fields)))
                    .isEqualTo(read(new CsvRecords(new Utf8Text(inPieces(content, most), 0), fields, 0)));
        }
    }

    @Example
    void aTabBeforeAColumnsNameIsNoPartOfItsValues() {
        byte[] content = "\"\tgroup_value\"\n\"\tacme\"\n\"\t\tx\"\nplain\n".getBytes(StandardCharsets.UTF_8);
        assertThat(read(new PlainRows(
                        new ByteArrayInputStream(content), List.of(new MemberKeyField.Named("group_value")))))
                .containsExactly("complete", "acme", "\tx", "plain");
    }

    @Example
    void aFileLongerThanItsBufferIsReadToItsEnd() throws IOException {
        StringBuilder content = new StringBuilder("id\n");
        for (int i = 0; i < 100_000; i++) {
            content.append("person-").append(i).append('\n');
        }
        List<String> said = read(
                new PlainRows(new ByteArrayInputStream(content.toString().getBytes(StandardCharsets.UTF_8)), ONLY));

        assertThat(said).hasSize(100_001).startsWith("complete", "person-0").endsWith("person-99999");
    }
}
