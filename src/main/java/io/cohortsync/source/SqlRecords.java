package io.cohortsync.source;

import io.cohortsync.config.MemberKeyField;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.camel.component.jdbc.ResultSetIterator;

/** The rows of a query's result. */
final class SqlRecords implements Records {

    private final Iterator<Map<String, Object>> rows;
    private final List<MemberKeyField> fields;
    private String[] labels = {};
    private String[] row = {};

    SqlRecords(Iterator<Map<String, Object>> rows, List<MemberKeyField> fields) {
        this.rows = rows;
        this.fields = fields;
    }

    @Override
    public boolean advance() throws IOException {
        try {
            if (!rows.hasNext()) {
                return false;
            }
            Map<String, Object> found = rows.next();
            if (labels.length == 0) {
                labels = locate(found);
            }
            row = new String[labels.length];
            for (int i = 0; i < labels.length; i++) {
                row[i] = SqlValue.text(found.get(labels[i]));
            }
            return true;
        } catch (SQLException e) {
            throw new IOException(e.getMessage(), e);
        } catch (RuntimeException e) {
            throw new IOException(databaseMessage(e), e);
        }
    }

    private String[] locate(Map<String, Object> first) throws BrokenContentException {
        List<String> names = new ArrayList<>(first.keySet());
        int[] found = new ColumnNames(names).locate(fields, ColumnNames.Match.EXACT_ELSE_IGNORING_CASE);
        String[] located = new String[found.length];
        for (int i = 0; i < found.length; i++) {
            located[i] = names.get(found[i]);
        }
        return located;
    }

    private static String databaseMessage(RuntimeException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException) {
                return cause.getMessage();
            }
        }
        return String.valueOf(e.getMessage());
    }

    @Override
    public String[] row() {
        return row;
    }

    @Override
    public void close() throws IOException {
        // Camel's iterator has a close of its own, which no interface announces.
        if (rows instanceof ResultSetIterator result) {
            result.close();
        } else if (rows instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }
}
