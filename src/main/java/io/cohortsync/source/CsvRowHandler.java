package io.cohortsync.source;

import de.siegmar.fastcsv.reader.CsvCallbackHandler;
import de.siegmar.fastcsv.reader.RecordType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Keeps all values of the header, and then only those asked for, so that no other becomes an object. */
final class CsvRowHandler extends CsvCallbackHandler<CsvRow> {

    private final CsvText text;
    private final long linesBefore;
    private final List<String> all = new ArrayList<>();
    private int[] wanted = {};
    private boolean[] tabbed = {};
    private boolean wantsAll = true;
    private String[] values = {};
    private long line;
    private int fields;

    CsvRowHandler(CsvText text, long linesBefore) {
        this.text = text;
        this.linesBefore = linesBefore;
    }

    /** From the next record on, keeps these fields only; a tab that a column's name begins with is no part of its values. */
    void keep(int[] columns, String[] names) {
        wanted = columns.clone();
        tabbed = new boolean[columns.length];
        for (int i = 0; i < columns.length; i++) {
            tabbed[i] = names[columns[i]].startsWith("\t");
        }
        wantsAll = false;
        all.clear();
    }

    @Override
    protected void beginRecord(long startingLineNumber) {
        line = startingLineNumber + linesBefore;
        fields = 0;
        text.recordBegins(line);
        if (wantsAll) {
            all.clear();
        } else {
            values = new String[wanted.length];
            Arrays.fill(values, "");
        }
    }

    @Override
    protected void addField(char[] buffer, int offset, int length, boolean quoted) {
        if (wantsAll) {
            all.add(new String(buffer, offset, length));
        } else {
            for (int i = 0; i < wanted.length; i++) {
                if (wanted[i] == fields) {
                    int tab = tabbed[i] && length > 0 && buffer[offset] == '\t' ? 1 : 0;
                    values[i] = new String(buffer, offset + tab, length - tab);
                }
            }
        }
        fields++;
    }

    @Override
    protected CsvRow buildRecord() {
        return new CsvRow(line, fields, wantsAll ? all.toArray(String[]::new) : values);
    }

    /** The number of the line that the record now read begins in. */
    long line() {
        return line;
    }

    @Override
    protected int getFieldCount() {
        return fields;
    }

    // An empty line is not told apart here: in a file of one column it is a record.
    @Override
    protected RecordType getRecordType() {
        return RecordType.DATA;
    }

    @Override
    protected void setEmpty() {
        fields = 0;
    }

    @Override
    protected void setComment(char[] buffer, int offset, int length) {
        throw new IllegalStateException("comments are not part of the format");
    }
}
