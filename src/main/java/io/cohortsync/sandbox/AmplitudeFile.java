package io.cohortsync.sandbox;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import de.siegmar.fastcsv.writer.QuoteStrategies;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPOutputStream;

/**
 * The file of a cohort as Amplitude writes it (contracts.md 3.3).
 *
 * @param columns the properties that were asked for
 */
record AmplitudeFile(AmplitudeCohort.Content cohort, List<String> columns) {

    // As an older SDK saw it: the tab belongs to name and values.
    private static final String TAB = "\t";

    /** @param keys the properties to be told; empty: all there are */
    static AmplitudeFile withProperties(AmplitudeCohort.Content cohort, List<String> keys) {
        Set<String> all = new TreeSet<>();
        if (keys.isEmpty()) {
            cohort.people().forEach(person -> all.addAll(person.properties().keySet()));
        }
        return new AmplitudeFile(cohort, keys.isEmpty() ? List.copyOf(all) : keys);
    }

    int rows() {
        return cohort.people().size();
    }

    byte[] gzipped() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (CsvWriter csv = CsvWriter.builder()
                .quoteStrategy(QuoteStrategies.ALWAYS)
                .lineDelimiter(LineDelimiter.LF)
                .build(new OutputStreamWriter(new GZIPOutputStream(file), StandardCharsets.UTF_8))) {
            csv.writeRecord(row(
                    cohort.about().group() ? List.of(TAB + "group_value") : List.of("amplitude_id", "user_id"),
                    columns));
            for (AmplitudePerson person : cohort.people()) {
                csv.writeRecord(row(ids(person), values(person)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }

    /** Half of the file: what a client sees that believes an answer that ends early. */
    byte[] truncated() {
        byte[] whole = gzipped();
        return Arrays.copyOf(whole, whole.length / 2);
    }

    private List<String> ids(AmplitudePerson person) {
        return cohort.about().group()
                ? List.of(TAB + person.shown())
                : List.of(person.amplitudeId(), person.userId().orElse(""));
    }

    private List<String> values(AmplitudePerson person) {
        return columns.stream()
                .map(column ->
                        Optional.ofNullable(person.properties().get(column)).orElse(""))
                .toList();
    }

    private static List<String> row(List<String> ids, List<String> values) {
        List<String> row = new ArrayList<>(ids);
        row.addAll(values);
        return row;
    }
}
