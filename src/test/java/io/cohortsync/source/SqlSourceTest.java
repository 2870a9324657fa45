package io.cohortsync.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.zaxxer.hikari.HikariDataSource;
import io.cohortsync.config.MemberKeyField;
import io.cohortsync.config.Settings;
import io.cohortsync.diff.Diff;
import io.cohortsync.diff.LinkPlan;
import io.cohortsync.snapshot.Comparison;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.StateTables;
import io.cohortsync.testing.TappedDriver;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Cohorts that are queries, from two real databases to a real server. */
@ExtendWith(OutputCaptureExtension.class)
class SqlSourceTest {

    /** Lazy: a row is made when it is asked for, as a database does that streams. */
    private static final String SHOP = "h2:mem:shop;DB_CLOSE_DELAY=-1;LAZY_QUERY_EXECUTION=1";

    private static final String CRM = "h2:mem:crm;DB_CLOSE_DELAY=-1";
    private static final int MANY = 300_000;

    private static final Map<String, String> QUERIES = Map.ofEntries(
            Map.entry("risky", "select email from customer where risk > 0.8"),
            Map.entry("held-up", "select email from customer"),
            Map.entry("nulls", "select * from (values ('ann'), (null), ('  '), ('ann'), ('bob')) as t(k)"),
            Map.entry("many", "select x as id from system_range(1, " + MANY + ")"),
            Map.entry("mixed-case", "select email as \"eMail\", id as \"Id\" from customer"),
            Map.entry("syntax", "select email fro customer"),
            Map.entry("no-table", "select email from laggards"),
            Map.entry("no-key", "select id, email from customer"),
            Map.entry("wrong-key", "select id, email from customer where id < 0"),
            Map.entry("value-met", "select cast(email as integer) as k from customer"),
            Map.entry("breaks-off", "select 10 / (s.at - x) as k from system_range(1, 5000), stop s"),
            Map.entry("update", "update customer set risk = 0"),
            Map.entry("drop", "drop table customer"),
            Map.entry("sly", "select email from final table (update customer set risk = 0)"),
            Map.entry(
                    "slow",
                    "select count(*) as k from system_range(1, 100000) a, system_range(1, 100000) b"
                            + " where mod(a.x * b.x, 7) = 8"));

    private static final Map<String, String> MEMBER_KEYS =
            Map.of("mixed-case", "EMAIL", "wrong-key", "phone", "many", "id");

    @TempDir
    static Path folder;

    private static SegmentServer segment;
    private static RunningApp app;
    private static JdbcClient shop;

    @BeforeAll
    static void start() {
        segment = new SegmentServer();
        shop = database(SHOP);
        shop.sql("create table customer (id int, email varchar, risk double precision)")
                .update();
        shop.sql("create table stop (at int)").update();
        JdbcClient crm = database(CRM);
        crm.sql("create table lead (name varchar)").update();
        crm.sql("insert into lead values ('zoe'), ('yan')").update();
        assertThat(TappedDriver.told()).isEmpty();
        String syncs = QUERIES.entrySet().stream()
                .map(entry -> sync(entry.getKey(), "shop", entry.getValue()))
                .collect(Collectors.joining());
        app = RunningApp.start(
                folder,
                """
                cohort-sync:
                  sources:
                    shop: { type: sql, url: "jdbc:tapped:%s", username: sa }
                    crm: { type: sql, url: "jdbc:%s", username: sa }
                    down: { type: sql, url: "jdbc:h2:tcp://127.0.0.1:1/nothing", username: sa }
                  targets:
                    web: { type: segment, write-key: wk_test, base-url: %s }
                  syncs:
                """.formatted(SHOP, CRM, segment.url())
                        + syncs
                        + sync("leads", "crm", "select name from lead")
                        + sync("unreachable", "down", "select 1"));
    }

    private static String sync(String name, String source, String query) {
        String memberKey = MEMBER_KEYS.containsKey(name) ? ", member-key: " + MEMBER_KEYS.get(name) : "";
        return "    " + name + ":\n      from: { source: " + source + ", query: '" + query.replace("'", "''") + "'"
                + memberKey + " }\n      schedule: manual\n      to: [ web ]\n";
    }

    private static JdbcClient database(String url) {
        return JdbcClient.create(new DriverManagerDataSource("jdbc:" + url, "sa", ""));
    }

    @AfterAll
    static void stop() {
        app.close();
        segment.close();
        shop.sql("shutdown").update();
        database(CRM).sql("shutdown").update();
    }

    @BeforeEach
    void threeCustomers() {
        segment.behaveWell();
        segment.forgetRequests();
        shop.sql("truncate table customer").update();
        shop.sql("insert into customer values (1, 'ann@x.com', 0.9), (2, 'bob@x.com', 0.95), (3, 'cleo@x.com', 0.1)")
                .update();
        shop.sql("truncate table stop").update();
    }

    /** Fails with nothing sent and nothing forgotten; gives the run's error. */
    private static String failure(String sync, CapturedOutput log) {
        String before = StateTables.acknowledged(app);
        JsonNode failed = app.run(sync);
        String error = failed.path("error").asText();
        assertThat(failed.path("state").asText()).as(error).isEqualTo("failed");
        assertThat(failed.path("targets")).isEmpty();
        assertThat(segment.requests()).isEmpty();
        assertThat(StateTables.acknowledged(app)).isEqualTo(before);
        assertThat(log.getAll())
                .contains(sync + ": run " + failed.path("id").asLong()
                        + " failed, nothing was sent and nobody was removed: " + error)
                .doesNotContain("\tat ")
                .doesNotContain("@x.com");
        assertThat(pool("shop").getHikariPoolMXBean().getActiveConnections()).isZero();
        return error;
    }

    private static HikariDataSource pool(String source) {
        return app.bean(CamelContext.class)
                .getRegistry()
                .lookupByNameAndType("source-" + source, HikariDataSource.class);
    }

    @Test
    void membersComeFromTheDatabaseThatTheSyncNames() {
        assertThat(app.runLink("risky").path("accepted").asLong()).isEqualTo(2);
        assertThat(app.runLink("leads").path("accepted").asLong()).isEqualTo(2);
        assertThat(segment.members("risky")).containsExactly("ann@x.com", "bob@x.com");
        assertThat(segment.members("leads")).containsExactly("yan", "zoe");

        shop.sql("update customer set risk = 1 - risk").update();
        JsonNode second = app.runLink("risky");
        assertThat(second.path("enter").asLong()).isEqualTo(1);
        assertThat(second.path("exit").asLong()).isEqualTo(2);
        assertThat(segment.members("risky")).containsExactly("cleo@x.com");
    }

    @Test
    void nullsAndBlanksAreAnonymousAndRepeatedKeysAreDuplicates() {
        JsonNode run = app.run("nulls");

        assertThat(run.path("read").asLong()).isEqualTo(5);
        JsonNode link = run.path("targets").path(0);
        assertThat(link.path("anonymous").asLong()).isEqualTo(2);
        assertThat(link.path("duplicate").asLong()).isEqualTo(1);
        assertThat(link.path("accepted").asLong()).isEqualTo(2);
    }

    @Test
    void aColumnIsFoundByItsLabelWhateverItsCase() {
        app.run("mixed-case");

        assertThat(segment.members("mixed-case")).containsExactly("ann@x.com", "bob@x.com", "cleo@x.com");
    }

    @Test
    void theDatabaseIsAskedToStreamToChangeNothingAndToEndInTime() {
        TappedDriver.told().clear();
        pool("shop").getHikariPoolMXBean().softEvictConnections();

        app.run("risky");

        assertThat(TappedDriver.told())
                .contains("setReadOnly true", "setAutoCommit false", "setFetchSize 1000", "setQueryTimeout 1800");
    }

    @Test
    void aResultIsReadAsItComesToItsEnd() {
        TappedDriver.rows().set(0);
        JsonNode plan = app.post("/api/syncs/many/plan");

        assertThat(plan.path("read").asInt()).isEqualTo(MANY);
        assertThat(plan.path("targets").path(0).path("enter").asInt()).isEqualTo(MANY);
        assertThat(TappedDriver.rows()).hasValue(MANY + 1);
    }

    @Test
    void aComparisonThatFailsReadsNoFurther(CapturedOutput log) {
        class FailsAtTheThird implements Diff.Pass {
            private int chunks;

            @Override
            public void accept(Chunk chunk) {
                if (++chunks == 3) {
                    throw new IllegalStateException("the index is full");
                }
            }

            @Override
            public List<LinkPlan> complete() {
                throw new AssertionError("the wall was passed");
            }

            @Override
            public void close() {}
        }
        TappedDriver.rows().set(0);
        Comparison comparison = new Comparison(
                Optional.empty(),
                app.bean(Settings.class).syncs().get("many"),
                List.of(new MemberKeyField.Named("ID")),
                new FailsAtTheThird());

        Exchange read = app.bean(ProducerTemplate.class)
                .send("direct:read", exchange -> exchange.setVariable("comparison", comparison));

        assertThat(read.getException()).hasRootCauseMessage("the index is full");
        assertThat(TappedDriver.rows()).hasValueLessThan(10 * Chunks.ROWS);
        assertThat(log.getAll()).doesNotContain("\tat ");
        await().untilAsserted(
                        () -> assertThat(pool("shop").getHikariPoolMXBean().getActiveConnections())
                                .isZero());
    }

    @Test
    void theConnectionIsGivenBackBeforeTheFirstChangeIsSent() throws InterruptedException {
        CountDownLatch let = new CountDownLatch(1);
        segment.behave(request -> {
            try {
                let.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return SegmentServer.Answer.OK;
        });

        assertThat(app.call("POST", "/api/syncs/held-up/run").statusCode()).isEqualTo(202);
        await().until(() -> !segment.requests().isEmpty());
        assertThat(pool("shop").getHikariPoolMXBean().getTotalConnections()).isPositive();
        assertThat(pool("shop").getHikariPoolMXBean().getActiveConnections()).isZero();
        let.countDown();

        await().until(() ->
                app.get("/api/syncs/held-up").path("lastRun").asText().equals("succeeded"));
        assertThat(segment.members("held-up")).hasSize(3);
    }

    @Test
    void aQueryThatIsNoSqlFailsWithTheDatabasesWords(CapturedOutput log) {
        assertThat(failure("syntax", log))
                .startsWith("The query to source shop failed: ")
                .contains("fro customer");
    }

    @Test
    void aTableThatIsMissingIsNamedAndFoundOnceItIsThere(CapturedOutput log) {
        assertThat(failure("no-table", log))
                .startsWith("The query to source shop failed: Table \"LAGGARDS\" not found");

        shop.sql("create table laggards as select email from customer").update();
        assertThat(app.runLink("no-table").path("accepted").asLong()).isEqualTo(3);
        shop.sql("drop table laggards").update();
        segment.forgetRequests();
        failure("no-table", log);
        assertThat(segment.members("no-table")).hasSize(3);
    }

    @Test
    void severalColumnsAndNoMemberKeyAreAnsweredWithTheColumns(CapturedOutput log) {
        assertThat(failure("no-key", log))
                .isEqualTo("The result of the query to source shop has 2 columns (ID, EMAIL):"
                        + " set member-key to the one that holds the member key");
    }

    @Test
    void aKeyColumnThatIsMissingIsNoticedEvenWhereThereAreNoRows(CapturedOutput log) {
        assertThat(failure("wrong-key", log))
                .isEqualTo("The result of the query to source shop has no column 'phone'; its columns are: ID, EMAIL");
    }

    @Test
    void theWordsOfAFailureThatQuotesAMemberAreNotShown(CapturedOutput log) {
        assertThat(failure("value-met", log))
                .startsWith("The query to source shop failed on a value that it met (SQLState 22018)");
    }

    @Test
    void aResultThatBreaksOffSendsNothingAndForgetsNobody(CapturedOutput log) {
        shop.sql("insert into stop values (10000)").update();
        JsonNode whole = app.run("breaks-off");
        assertThat(whole.path("read").asLong()).isEqualTo(5000);
        Object members = segment.members("breaks-off");
        segment.forgetRequests();

        shop.sql("update stop set at = 4000").update();
        assertThat(failure("breaks-off", log))
                .startsWith("The result of the query to source shop failed on a value that it met (SQLState 22012)");
        assertThat(segment.members("breaks-off")).isEqualTo(members);

        shop.sql("update stop set at = 10000").update();
        JsonNode again = app.runLink("breaks-off");
        assertThat(again.path("same").asLong()).isPositive();
        assertThat(again.path("enter").asLong() + again.path("exit").asLong()).isZero();
    }

    @Test
    void aQueryThatChangesSomethingIsNotRun(CapturedOutput log) {
        assertThat(failure("update", log))
                .isEqualTo("The query begins with \"update\" and was not run;"
                        + " accepted is one that only reads: select, with, values or table");
        assertThat(failure("drop", log)).startsWith("The query begins with \"drop\"");

        assertThat(risks()).containsExactly(0.1, 0.9, 0.95);
    }

    @Test
    void whatAQueryChangesAllTheSameIsRolledBack() {
        app.run("sly");

        assertThat(risks()).containsExactly(0.1, 0.9, 0.95);
    }

    private static List<Double> risks() {
        return shop.sql("select risk from customer order by risk")
                .query(Double.class)
                .list();
    }

    @Test
    void aQueryThatTakesTooLongIsGivenUp(CapturedOutput log) {
        assertThat(failure("slow", log))
                .startsWith("The query to source shop was cancelled or took too long (statement.queryTimeout in"
                        + " routes/sources/sql.camel.yaml): ");
    }

    @Test
    void aDatabaseThatIsDownFailsTheRunAndNotTheStart(CapturedOutput log) {
        assertThat(failure("unreachable", log))
                .startsWith("The query to source down failed: ")
                .contains("refused");
    }
}
