package io.cohortsync.source;

import static io.cohortsync.source.CohortFiles.ONLY_COLUMN;
import static io.cohortsync.source.CohortFiles.assertIncomplete;
import static io.cohortsync.source.CohortFiles.named;
import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.config.MemberKeyField;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.jdbc.ResultSetIterator;
import org.apache.camel.impl.DefaultCamelContext;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlRowsTest {

    private final JdbcDataSource database = new JdbcDataSource();
    private Connection connection;

    @BeforeEach
    void setUp() throws SQLException {
        database.setURL("jdbc:h2:mem:sql-rows");
        connection = database.getConnection();
    }

    @AfterEach
    void tearDown() throws SQLException {
        connection.close();
    }

    @Test
    void givesTheColumnsAskedForInTheOrderAskedFor() throws SQLException {
        assertThat(rows(
                        "select * from (values (1, 'ann'), (2, 'bob')) as t(id, name) order by id",
                        named("NAME", "ID")))
                .containsExactly(List.of("ann", "1"), List.of("bob", "2"));
    }

    @Test
    void givesTheEmptyTextForNull() throws SQLException {
        assertThat(rows("select cast(null as varchar) as a, cast(null as bigint) as b", named("a", "b")))
                .containsExactly(List.of("", ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cast(42 as int)                         | 42",
                "cast(9007199254740993 as bigint)        | 9007199254740993",
                "cast(-7 as tinyint)                     | -7",
                "cast(1E21 as decimal(30, 0))            | 1000000000000000000000",
                "cast(12.50 as decimal(10, 2))           | 12.50",
                "cast(1E21 as double precision)          | 1000000000000000000000",
                "cast(42 as double precision)            | 42",
                "cast(0.1 as double precision)           | 0.1",
                "cast(1E-7 as double precision)          | 0.0000001",
                "cast(16777216 as real)                  | 16777216",
                "cast('0042' as varchar)                 | 0042",
                "cast('12e34567' as varchar)             | 12e34567",
                "true                                    | true",
                "date '2024-02-29'                       | 2024-02-29",
                "cast('6f1ed002-ab55-4b3b-9b0c-1c2d3e4f5a6b' as uuid) | 6f1ed002-ab55-4b3b-9b0c-1c2d3e4f5a6b",
                "cast('a, \"b\" 😀' as clob)              | a, \"b\" 😀",
            })
    void writesValuesPlainly(String expression, String text) throws SQLException {
        assertThat(rows("select " + expression + " as k", ONLY_COLUMN)).containsExactly(List.of(text));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "X'00ff'",
                "cast(X'00ff' as blob)",
                "array['a', 'b']",
                "cast('NaN' as double precision)",
                "cast('-Infinity' as real)",
                "'{\"a\": 1}' format json"
            })
    void marksWhatHasNoSingleTextAsInvalid(String expression) throws SQLException {
        assertThat(rows("select " + expression + " as k", ONLY_COLUMN)).containsExactly(List.of(Chunk.INVALID));
    }

    @Test
    void prefersTheExactNameAndElseIgnoresCase() throws SQLException {
        String query = "select 'lower' as \"id\", 'upper' as \"ID\", 'mail' as \"eMail\"";

        assertThat(rows(query, named("id", "ID", "EMAIL"))).containsExactly(List.of("lower", "upper", "mail"));
        assertIncomplete(() -> read(query, named("Id"))).hasMessageContaining("more than one column 'Id'");
    }

    @Test
    void namesTheColumnsFoundWhenOneIsMissing() {
        assertIncomplete(() -> read("select 1 as id, 'x' as name", named("email")))
                .hasMessage("The result of the query to source shop has no column 'email'; its columns are: ID, NAME");
        assertIncomplete(() -> read("select 1 as id, 'x' as name", ONLY_COLUMN))
                .hasMessageContaining("has 2 columns (ID, NAME): set member-key");
    }

    @Test
    void takesAResultWithoutRowsForACompleteCohortOfNobody() throws SQLException {
        SnapshotReader reader = open("select 1 as id where false", named("id"));

        assertThat(reader.hasNext()).isFalse();
        assertThat(reader.complete()).isTrue();
    }

    @Test
    void looksForTheColumnsEvenWhenThereAreNoRows() {
        assertIncomplete(() -> read("select 1 as id where false", named("whatever")))
                .hasMessageContaining("has no column 'whatever'; its columns are: ID");
    }

    @Test
    void failsWhenFetchingFailsAndDoesNotShowTheValueThatWasMet() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("set lazy_query_execution 1");
        }
        SnapshotReader reader = open("select 10 / (1500 - x) as k from system_range(1, 2000)", ONLY_COLUMN);

        assertThat(reader.next().rows()).isEqualTo(1_000);
        String message = "The result of the query to source shop failed on a value that it met (SQLState 22012)";
        assertIncomplete(reader::next).hasMessageStartingWith(message).hasMessageNotContaining("1500");
        assertIncomplete(reader::hasNext).hasMessageStartingWith(message);
        assertThat(reader.complete()).isFalse();
    }

    @Test
    void closesTheResultAtItsEndAndWhenClosedEarly() throws SQLException {
        for (boolean early : new boolean[] {true, false}) {
            Statement statement = connection.createStatement();
            ResultSet result = statement.executeQuery("select x from system_range(1, 3000)");
            SnapshotReader reader = new SqlRows()
                    .open("shop", new ResultSetIterator(connection, result, true, false), List.of("X"), ONLY_COLUMN);
            reader.next();
            assertThat(result.isClosed()).isFalse();
            if (early) {
                reader.close();
                assertIncomplete(reader::hasNext).hasMessageContaining("closed before its end");
            } else {
                reader.forEachRemaining(chunk -> {});
            }

            assertThat(result.isClosed()).isTrue();
            assertThat(statement.isClosed()).isTrue();
        }
    }

    @Test
    void closesRowsThatCanBeClosed() {
        List<String> closed = new ArrayList<>();
        Stream<Map<String, Object>> source = Stream.of(Map.<String, Object>of("id", "u1"));
        Iterator<Map<String, Object>> all = source.iterator();
        class Closing implements Iterator<Map<String, Object>>, AutoCloseable {
            @Override
            public boolean hasNext() {
                return all.hasNext();
            }

            @Override
            public Map<String, Object> next() {
                return all.next();
            }

            @Override
            public void close() {
                closed.add("once");
            }
        }
        assertThat(CohortFiles.rows(new SqlRows().open("shop", new Closing(), List.of("id"), ONLY_COLUMN)))
                .containsExactly(List.of("u1"));

        assertThat(closed).containsExactly("once");
    }

    @Test
    void readsWhatCamelStreams() throws Exception {
        List<List<String>> read = new ArrayList<>();
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.getRegistry().bind("warehouse", database);
            camel.getRegistry().bind("sqlRows", new SqlRows());
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:read")
                            .to("jdbc:warehouse?outputType=StreamList&statement.fetchSize=100")
                            .setVariable("fields", () -> ONLY_COLUMN)
                            .setBody(
                                    simple(
                                            "${bean:sqlRows.open(shop, ${body}, ${header.CamelJdbcColumnNames}, ${variable.fields})}"))
                            .split(body())
                            .streaming()
                            .stopOnException()
                            .process(exchange -> read.addAll(
                                    CohortFiles.rows(exchange.getMessage().getBody(Chunk.class))))
                            .end();
                }
            });
            camel.start();
            camel.createProducerTemplate()
                    .requestBody(
                            "direct:read",
                            "select cast(case when mod(x, 2) = 0 then x end as varchar) as id from system_range(1, 2500)");
        }

        assertThat(read).hasSize(2_500).startsWith(List.of(""), List.of("2"), List.of(""), List.of("4"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select email from churn",
                " \n-- who may leave\n/* soon;\n */ (SELECT email from churn)",
                "with risky as (select 1) select * from risky",
                "values (1)",
                "table churn"
            })
    void letsAQueryThatReadsThrough(String query) {
        assertThat(new SqlRows().reading(query)).isEqualTo(query);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "update churn set risk = 0 | update",
                "'-- select\ndelete from churn' | delete",
                "/* select */drop table churn | drop",
                "selected | selected",
                "'' | ''",
                "-- nothing | ''",
            })
    void refusesAQueryThatDoesMoreThanRead(String query, String word) {
        assertIncomplete(() -> new SqlRows().reading(query))
                .hasMessage("The query begins with \"" + word
                        + "\" and was not run; accepted is one that only reads: select, with, values or table");
    }

    private SnapshotReader open(String query, List<MemberKeyField> fields) throws SQLException {
        Statement statement = connection.createStatement();
        ResultSetIterator rows = new ResultSetIterator(connection, statement.executeQuery(query), true, false);
        return new SqlRows().open("shop", rows, rows.getColumnNames(), fields);
    }

    private List<List<String>> rows(String query, List<MemberKeyField> fields) throws SQLException {
        return CohortFiles.rows(open(query, fields));
    }

    private void read(String query, List<MemberKeyField> fields) {
        try {
            rows(query, fields);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
