package io.cohortsync.acknowledged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.Books;
import io.cohortsync.testing.SegmentServer;
import io.cohortsync.testing.SegmentServer.Answer;
import io.cohortsync.testing.Trial;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** A route, a JMX client and the sync's runs share what is acknowledged. */
class AcknowledgedRepositoryTest {

    /** Sends whoever signs up at once, unless the link knows them. */
    private static final String SIGNUPS = """
            - route:
                id: signups
                from:
                  uri: direct:signups
                  steps:
                    - idempotentConsumer:
                        idempotentRepository: "#acknowledged-vip-web"
                        simple: "${body}"
                        steps:
                          - setBody:
                              simple: '{"batch":[{"userId":"${body.trim()}","messageId":"signup-${exchangeId}","traits":{"vip":true}}]}'
                          - to: "%s/signups"
            """;

    private static final SegmentServer SEGMENT = new SegmentServer();

    @TempDir
    static Path folder;

    /** One for all tests, because a start takes its time. */
    private static Trial trial;

    private static ProducerTemplate route;
    private static IdempotentRepository repository;

    @BeforeAll
    static void start() throws Exception {
        trial = new Trial(folder)
                .segment("web", SEGMENT.url())
                .sync("vip", "[ web ]", "guard: { max-exits: off, allow-empty: true }")
                .start();
        CamelContext camel = trial.app().bean(CamelContext.class);
        PluginHelper.getRoutesLoader(camel)
                .loadRoutes(ResourceHelper.fromString("signups.camel.yaml", SIGNUPS.formatted(SEGMENT.url())));
        route = camel.createProducerTemplate();
        repository = camel.getRegistry().lookupByNameAndType("acknowledged-vip-web", IdempotentRepository.class);
    }

    @AfterAll
    static void stop() {
        trial.close();
        SEGMENT.close();
    }

    @BeforeEach
    void nobodyIsIn() {
        SEGMENT.behaveWell();
        run();
        repository.clear();
        SEGMENT.forgetRequests();
    }

    @AfterEach
    void theBooksBalance() {
        Books.assertBalanced(jdbc());
    }

    private static JdbcTemplate jdbc() {
        return trial.app().bean(JdbcTemplate.class);
    }

    private static long number(String sql) {
        return jdbc().queryForObject(sql, Long.class);
    }

    private static void signUp(String... people) {
        for (String person : people) {
            route.sendBody("direct:signups", person);
        }
    }

    /** What was sent about a person, as message ids. */
    private static List<String> messageIds(String person) {
        List<String> ids = new ArrayList<>();
        SEGMENT.requests()
                .forEach(request -> request.body().path("batch").forEach(event -> {
                    if (event.path("userId").asText().equals(person)) {
                        ids.add(event.path("messageId").asText());
                    }
                }));
        return ids;
    }

    private static JsonNode run(String... cohort) {
        trial.cohort("vip", List.of(cohort));
        return trial.runLink("vip");
    }

    private static Object jmx(String operation, String... key) throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        return server.invoke(
                mbean(), operation, key, key.length == 0 ? new String[0] : new String[] {String.class.getName()});
    }

    private static ObjectName mbean() throws Exception {
        return ManagementFactory.getPlatformMBeanServer()
                .queryNames(
                        new ObjectName("org.apache.camel:type=services,name=\"acknowledged-vip-web\",context=*"), null)
                .iterator()
                .next();
    }

    @Test
    void aDuplicateIsFilteredAndWhomARouteSentIsTheSameToTheNextRun() throws Exception {
        signUp("ann", "bob", "ann", " ann ");
        assertThat(SEGMENT.requests()).hasSize(2);

        JsonNode link = run("ann", "bob", "cleo");
        assertThat(link.path("same").asLong()).isEqualTo(2);
        assertThat(link.path("accepted").asLong()).isEqualTo(1);
        assertThat(messageIds("ann")).hasSize(1);

        signUp("cleo");
        assertThat(messageIds("cleo")).as("a run was first").hasSize(1);

        assertThat(jmx("remove", "ann")).isEqualTo(true);
        JsonNode next = run("ann", "bob", "cleo");
        assertThat(next.path("same").asLong()).isEqualTo(2);
        assertThat(next.path("enter").asLong()).isEqualTo(1);
        assertThat(messageIds("ann")).hasSize(2);
        assertThat(run("ann", "bob", "cleo").path("same").asLong()).isEqualTo(3);
    }

    @Test
    void whomARouteSentIsRemovedWhenTheyAreNotInTheCohort() {
        signUp("ann");
        assertThat(run("bob").path("exit").asLong()).isEqualTo(1);
        assertThat(SEGMENT.members("vip")).containsExactly("bob");
        assertThat(repository.contains("ann")).isFalse();
    }

    @Test
    void noMessageIdIsEverSentTwiceAcrossARemovalOrAnotherConfirmation() throws Exception {
        run("ann");
        jmx("remove", "ann");
        run("ann");
        run();
        signUp("ann");
        run();
        signUp("ann");
        jmx("remove", "ann");
        signUp("ann");
        run();
        run("ann");
        assertThat(messageIds("ann")).hasSize(9).doesNotHaveDuplicates();
        assertThat(SEGMENT.members("vip")).containsExactly("ann");
    }

    @Test
    void aFailedExchangeTakesTheKeyBack() {
        SEGMENT.behave(request -> Answer.RESET);
        assertThatThrownBy(() -> signUp("ann")).isInstanceOf(CamelExecutionException.class);
        assertThat(repository.contains("ann")).isFalse();
        assertThat(number("select count(*) from unconfirmed")).isZero();

        SEGMENT.behaveWell();
        signUp("ann");
        assertThat(repository.contains("ann")).isTrue();
        assertThat(SEGMENT.members("vip")).containsExactly("ann");
    }

    @Test
    void anUnconfirmedKeyIsKnownAndYetNoMember() {
        assertThat(repository.add("ann")).isTrue();
        assertThat(repository.contains("ann")).isTrue();
        assertThat(repository.add("ann")).isFalse();
        assertThat(number("select count(*) from membership")).isZero();

        assertThat(run("ann").path("enter").asLong())
                .as("the next run sends whom nobody confirmed")
                .isEqualTo(1);
        assertThat(repository.confirm("ann")).isTrue();
        assertThat(number("select count(*) from unconfirmed")).isZero();
        assertThat(number("select acknowledged from link")).isEqualTo(1);
    }

    @Test
    void everyChangeRaisesTheVersionOfTheLink() {
        long version = number("select version from link");
        repository.add("ann");
        assertThat(number("select version from link")).isGreaterThan(version);
        version = number("select version from link");
        repository.confirm("ann");
        assertThat(number("select version from link")).isGreaterThan(version);
        version = number("select version from link");
        repository.remove("ann");
        assertThat(number("select version from link")).isGreaterThan(version);
        version = number("select version from link");
        repository.clear();
        assertThat(number("select version from link")).isGreaterThan(version);
    }

    @Test
    void itIsSteeredOverJmx() throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        assertThat(server.getAttribute(mbean(), "State")).isEqualTo("Started");
        assertThat(server.getAttribute(mbean(), "Sync")).isEqualTo("vip");
        assertThat(server.getAttribute(mbean(), "Target")).isEqualTo("web");

        assertThat(jmx("contains", "ann")).isEqualTo(false);
        assertThat(jmx("add", "ann")).isEqualTo(true);
        assertThat(jmx("add", "ann")).isEqualTo(false);
        assertThat(jmx("confirm", "ann")).isEqualTo(true);
        assertThat(jmx("contains", " ann")).isEqualTo(true);
        assertThat(server.getAttribute(mbean(), "Acknowledged")).isEqualTo(1L);
        assertThat(jmx("remove", "ann")).isEqualTo(true);
        assertThat(jmx("remove", "ann")).isEqualTo(false);
        assertThat(jmx("contains", "ann")).isEqualTo(false);

        run("ann", "bob");
        jmx("add", "cleo");
        jmx("clear");
        assertThat(jmx("contains", "bob")).isEqualTo(false);
        assertThat(jmx("contains", "cleo")).isEqualTo(false);
        assertThat(server.getAttribute(mbean(), "Acknowledged")).isEqualTo(0L);
        assertThat(run("ann", "bob").path("accepted").asLong()).isEqualTo(2);
        assertThat(messageIds("bob")).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void aKeyThatIsNoMemberKeyIsRefusedWithoutQuotingIt() {
        for (String key : List.of(" ", "secretly\0ann", "secretly" + "x".repeat(600))) {
            assertThatThrownBy(() -> repository.add(key))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no member key")
                    .hasMessageNotContaining("secretly");
        }
    }

    @Test
    void ofThreadsThatAddTheSameKeyAtOnceOneWins() throws Exception {
        int threads = 8;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 0; round < 20; round++) {
                String key = "ann-" + round;
                CountDownLatch ready = new CountDownLatch(threads);
                Callable<Boolean> add = () -> {
                    ready.countDown();
                    ready.await();
                    return repository.add(key);
                };
                int won = 0;
                for (Future<Boolean> added : pool.invokeAll(Collections.nCopies(threads, add))) {
                    won += added.get(30, TimeUnit.SECONDS) ? 1 : 0;
                }
                assertThat(won).isEqualTo(1);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void whatIsConfirmedDuringARunWaitsForTheNextOneAndNothingIsTakenFromUnderIt() throws Exception {
        run("ann", "bob");
        CountDownLatch called = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        SEGMENT.behave(request -> {
            if (request.path().startsWith("/v1")) {
                called.countDown();
                await(answer);
            }
            return Answer.OK;
        });
        trial.cohort("vip", List.of("ann", "cleo"));
        CompletableFuture<JsonNode> running = trial.begin("vip");
        await(called);

        // The run is about to remove bob and to add cleo, whom the route adds too.
        assertThatThrownBy(() -> repository.remove("bob"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("A run of vip is under way");
        assertThatThrownBy(() -> repository.clear()).isInstanceOf(IllegalStateException.class);
        signUp("cleo", "dora", "dora");
        assertThat(repository.contains("dora")).isTrue();
        assertThat(repository.contains("cleo")).isTrue();

        answer.countDown();
        assertThat(running.get(1, TimeUnit.MINUTES)
                        .path("targets")
                        .path(0)
                        .path("accepted")
                        .asLong())
                .isEqualTo(2);
        Books.assertBalanced(jdbc());
        assertThat(messageIds("dora")).hasSize(1);

        JsonNode next = run("ann", "cleo", "dora");
        assertThat(next.path("same").asLong()).isEqualTo(3);
        assertThat(messageIds("dora")).hasSize(1);
        assertThat(Books.acknowledged(jdbc())).containsExactly("ann", "cleo", "dora");
        assertThat(number("select count(*) from unconfirmed")).isZero();
    }

    @Test
    void whoWasTurnedDownAndIsConfirmedIsAMemberWithoutADeadLetter() {
        SEGMENT.behave(request -> Answer.status(400));
        assertThat(run("ann").path("rejected").asLong()).isEqualTo(1);
        assertThat(trial.count("dead_letter where 1 = 1", "vip")).isEqualTo(1);
        assertThat(repository.contains("ann")).isFalse();

        SEGMENT.behaveWell();
        signUp("ann");
        assertThat(trial.count("dead_letter where 1 = 1", "vip")).isZero();
        assertThat(run("ann").path("same").asLong()).isEqualTo(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
