package io.cohortsync.source;

import io.cohortsync.config.MemberKeyField;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;

/**
 * Reads a cohort from a query's result, as camel-jdbc streams it with {@code outputType=StreamList}; {@code sqlRows} in
 * the routes.
 *
 * <p>A column is found by its label, exactly or else whatever its case. Null is the empty text, numbers are written
 * plainly and never with an exponent, and a value that has no single text, such as bytes, makes the record invalid. A
 * result without rows is complete and has no members. An error, whenever it comes, fails the snapshot with the
 * database's message.
 */
@Component
public class SqlRows {

    private static final Set<String> READING = Set.of("select", "with", "values", "table");
    private static final Pattern FIRST_WORD =
            Pattern.compile("(?s)(?:\\s|\\(|--[^\\n]*(?:\\n|$)|/\\*.*?\\*/)*+([^\\s(]{0,20}).*");

    /**
     * The query, if it reads. A connection that is read only is a promise that some databases do not keep, and where
     * changing a table's definition commits at once, giving the connection back uncommitted undoes nothing.
     *
     * @throws IncompleteSnapshotException when it begins with anything but select, with, values or table
     */
    public String reading(String query) {
        Matcher found = FIRST_WORD.matcher(query);
        String word = found.matches() ? found.group(1) : "";
        if (!READING.contains(word.toLowerCase(Locale.ROOT))) {
            throw new IncompleteSnapshotException("The query begins with \"" + word
                    + "\" and was not run; accepted is one that only reads: select, with, values or table");
        }
        return query;
    }

    /**
     * Opens a result.
     *
     * @param source the source's name
     * @param rows one map per row, from column label to value in the result's order; it is closed with the reader
     *     where it can be, else by Camel when its exchange is done
     * @param columns the labels of the result's columns, known even if there is no row
     * @param fields the distinct fields wanted: each row of a chunk has one value for each, in this order
     * @throws IncompleteSnapshotException when the result has no such columns
     */
    public SnapshotReader open(
            String source,
            Iterator<Map<String, Object>> rows,
            Collection<String> columns,
            List<MemberKeyField> fields) {
        String origin = "The result of the query to source " + source;
        SqlRecords records = new SqlRecords(rows, List.copyOf(columns), List.copyOf(fields));
        Chunks chunks = new Chunks(origin, records, fields.size());
        try {
            records.locate();
        } catch (BrokenContentException e) {
            chunks.close();
            throw new IncompleteSnapshotException(origin + " " + e.getMessage());
        }
        return chunks;
    }

    /**
     * Says in words why there is no result.
     *
     * @throws IncompleteSnapshotException always
     */
    public void failed(String source, SQLException failure) {
        throw new IncompleteSnapshotException("The query to source " + source + " " + SqlFailure.of(failure), failure);
    }
}
