package io.cohortsync.source;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import io.cohortsync.config.MemberKeyField;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;

/** CSV by RFC 4180 with a header line; every record has as many fields as the header. */
final class CsvRecords implements Records {

    private final CsvText text;
    private final CsvRowHandler handler;
    private final CloseableIterator<CsvRow> rows;
    private final List<MemberKeyField> fields;
    private int columns;

    /** @param linesBefore how many lines were read elsewhere, so that a message names the right one */
    CsvRecords(Reader text, List<MemberKeyField> fields, long linesBefore) {
        this.text = new CsvText(text);
        this.handler = new CsvRowHandler(this.text, linesBefore);
        this.fields = fields;
        this.rows = CsvReader.builder()
                .skipEmptyLines(false)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .allowUnclosedQuote(false)
                // Above our own limit, which speaks first and names the line.
                .maxBufferSize(4 * MAX_CHARACTERS)
                .build(handler, this.text)
                .iterator();
    }

    @Override
    public boolean next(Chunk.Builder into) throws IOException {
        if (columns == 0) {
            readHeader();
        }
        while (more()) {
            CsvRow found = rows.next();
            // In a file of several columns an empty line is no record; in a file of one it is one with a blank key.
            if (found.fields() > 0 || columns == 1) {
                requireAllFields(found);
                into.addRecord(found.values());
                return true;
            }
        }
        return false;
    }

    private void readHeader() throws IOException {
        while (more()) {
            CsvRow header = rows.next();
            List<String> names =
                    Arrays.stream(header.values()).map(String::strip).toList();
            boolean blank = names.size() <= 1 && names.stream().allMatch(String::isEmpty);
            if (!blank) {
                requireCommas(names);
                handler.keep(new ColumnNames(names).locate(fields, ColumnNames.Match.EXACT), header.values());
                columns = names.size();
                return;
            }
        }
        throw new BrokenContentException("is empty: not even a header");
    }

    // Taken for one column, whole records would be sent as member keys.
    private void requireCommas(List<String> names) throws BrokenContentException {
        boolean other = names.size() == 1 && names.get(0).chars().anyMatch(c -> c == ';' || c == '\t' || c == '|');
        if (other && fields.stream().anyMatch(MemberKeyField.OnlyColumn.class::isInstance)) {
            throw new BrokenContentException("has one column whose name holds another delimiter than the comma: "
                    + "fields are separated by commas");
        }
    }

    private void requireAllFields(CsvRow found) throws BrokenContentException {
        int count = Math.max(1, found.fields());
        if (count < columns && text.ended()) {
            throw new BrokenContentException("ends in the middle of a record: line " + found.line() + " has " + count
                    + " of " + columns + " fields");
        }
        if (count != columns) {
            throw new BrokenContentException("has " + count + (count == 1 ? " field" : " fields") + " in line "
                    + found.line() + ", where its header has " + columns);
        }
    }

    private boolean more() throws IOException {
        try {
            return rows.hasNext();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (CsvParseException e) {
            // The parser finds two faults, one of them only at the end; its words would quote the content.
            throw new BrokenContentException(
                    text.ended()
                            ? "ends in the middle of a record: a quote opened in the record that begins in line "
                                    + handler.line() + " is never closed"
                            : "has text after a closing quote in the record that begins in line " + handler.line());
        }
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
