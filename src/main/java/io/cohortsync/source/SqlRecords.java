package io.cohortsync.source;

import io.cohortsync.config.MemberKeyField;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.camel.component.jdbc.ResultSetIterator;

/** The rows of a query's result. */
final class SqlRecords implements Records {

    private final Iterator<Map<String, Object>> rows;
    private final List<String> columns;
    private final List<MemberKeyField> fields;
    private String[] labels = {};

    SqlRecords(Iterator<Map<String, Object>> rows, List<String> columns, List<MemberKeyField> fields) {
        this.rows = rows;
        this.columns = columns;
        this.fields = fields;
    }

    /** Finds the columns wanted: to be called before the first row. */
    void locate() throws BrokenContentException {
        int[] found = new ColumnNames(columns).locate(fields, ColumnNames.Match.EXACT_ELSE_IGNORING_CASE);
        labels = new String[found.length];
        for (int i = 0; i < found.length; i++) {
            labels[i] = columns.get(found[i]);
        }
    }

    @Override
    public boolean next(Chunk.Builder into) throws IOException {
        try {
            if (!rows.hasNext()) {
                return false;
            }
            Map<String, Object> found = rows.next();
            String[] row = new String[labels.length];
            for (int i = 0; i < labels.length; i++) {
                row[i] = SqlValue.text(found.get(labels[i]));
            }
            into.addRecord(row);
            return true;
        } catch (SQLException e) {
            throw new BrokenContentException(SqlFailure.of(e));
        } catch (RuntimeException e) {
            throw broken(e);
        }
    }

    /** Camel wraps what the database throws while rows are fetched. */
    private static IOException broken(RuntimeException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException failure) {
                return new BrokenContentException(SqlFailure.of(failure));
            }
        }
        return new IOException(e.getClass().getName(), e);
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
