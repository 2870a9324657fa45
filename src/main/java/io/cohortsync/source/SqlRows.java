package io.cohortsync.source;

import io.cohortsync.config.MemberKeyField;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/**
 * Reads a cohort from a query's result, as camel-jdbc streams it with {@code outputType=StreamList}.
 *
 * <p>A column is found by its label, exactly or else whatever its case. Null is the empty text, numbers are written
 * plainly and never with an exponent, and a value that has no single text, such as bytes, makes the record invalid. A
 * result without rows is complete and has no members; its columns cannot be checked. An error while rows are fetched
 * fails the snapshot with the database's message.
 */
@Component
public class SqlRows {

    /**
     * Opens a result.
     *
     * @param rows one map per row, from column label to value in the result's order; it is closed with the reader
     *     where it can be, else by Camel when its exchange is done
     * @param fields the distinct fields wanted: each row of a chunk has one value for each, in this order
     */
    public SnapshotReader open(Iterator<Map<String, Object>> rows, List<MemberKeyField> fields) {
        return new Chunks("The query's result", new SqlRecords(rows, List.copyOf(fields)));
    }
}
