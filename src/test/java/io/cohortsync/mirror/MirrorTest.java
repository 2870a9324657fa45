package io.cohortsync.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.state.DatabaseProduct;
import io.cohortsync.testing.Database;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The mirror against a plain map, on both databases. */
class MirrorTest {

    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    private String url;
    private Database product;
    private JdbcTemplate jdbc;
    private Mirror mirror;

    private void begin(Database wanted) {
        product = wanted;
        url = wanted.fresh();
        DriverManagerDataSource database = new DriverManagerDataSource(url);
        DatabaseProduct.of(database)
                .configure(Flyway.configure().dataSource(database))
                .load()
                .migrate();
        jdbc = new JdbcTemplate(database);
        mirror = new Mirror(
                new MirrorTable(jdbc, new ObjectMapper()),
                new TransactionTemplate(new JdbcTransactionManager(database)),
                Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @AfterEach
    void drop() {
        product.drop(url);
    }

    private static PushedEvent event(String member, boolean inside, long minute, Map<String, String> properties) {
        return new PushedEvent(
                "vip", Optional.empty(), member, inside, NOW.minus(Duration.ofMinutes(100 - minute)), properties);
    }

    private static Push push(List<PushedEvent> events) {
        return new Push("engage", events, Optional.empty(), 0);
    }

    private List<MirrorMember> inside() {
        MirrorCohort cohort = mirror.find("engage", "vip").orElseThrow();
        List<MirrorMember> all = new ArrayList<>();
        List<MirrorMember> part = mirror.inside(cohort, "", 7);
        while (!part.isEmpty()) {
            all.addAll(part);
            part = mirror.inside(cohort, part.get(part.size() - 1).member(), 7);
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource
    void inWhateverOrderEventsComeAndHoweverOftenTheLastOfEachPersonCounts(Database wanted) {
        begin(wanted);
        Random random = new Random(7);
        for (int round = 0; round < 10; round++) {
            jdbc.update("delete from mirror");
            jdbc.update("update mirror_cohort set members = 0");
            // No two of one person at one minute, or the order would matter.
            List<PushedEvent> events = new ArrayList<>();
            for (int person = 0; person < 20; person++) {
                for (int minute : random.ints(5, 0, 100).distinct().toArray()) {
                    events.add(event("person " + person, random.nextBoolean(), minute, Map.of()));
                }
            }
            Map<String, PushedEvent> last = new TreeMap<>();
            events.forEach(event -> last.merge(event.member(), event, (a, b) -> a.at().isAfter(b.at()) ? a : b));
            List<PushedEvent> sent = new ArrayList<>(events);
            sent.addAll(events.subList(0, events.size() / 2));
            Collections.shuffle(sent, random);
            for (int from = 0; from < sent.size(); from += 9) {
                mirror.apply(List.of(
                        push(sent.subList(from, Math.min(from + 5, sent.size()))),
                        push(sent.subList(Math.min(from + 5, sent.size()), Math.min(from + 9, sent.size())))));
            }

            TreeSet<String> expected = last.values().stream()
                    .filter(PushedEvent::inside)
                    .map(PushedEvent::member)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(inside()).extracting(MirrorMember::member).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(mirror.find("engage", "vip").orElseThrow().members()).isEqualTo(expected.size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatChangesNothingRaisesNoVersionAndWhatIsNotToldOfAPersonStays(Database wanted) {
        begin(wanted);
        mirror.apply(List.of(push(List.of(event("ann", true, 1, Map.of("property:email", "a@x.com", "plan", "pro"))))));
        long version = mirror.find("engage", "vip").orElseThrow().version();

        mirror.apply(List.of(push(List.of(event("ann", true, 2, Map.of()), event("nobody", false, 2, Map.of())))));
        assertThat(mirror.find("engage", "vip").orElseThrow().version()).isEqualTo(version);

        mirror.apply(List.of(push(List.of(event("ann", true, 3, Map.of("plan", "free"))))));
        assertThat(mirror.find("engage", "vip").orElseThrow().version()).isGreaterThan(version);
        assertThat(inside().get(0).properties())
                .isEqualTo(new HashMap<>(Map.of("property:email", "a@x.com", "plan", "free")));
    }

    @ParameterizedTest
    @EnumSource
    void whoeverLeftLongAgoIsForgottenAndAnybodyElseIsNot(Database wanted) {
        begin(wanted);
        mirror.apply(List.of(push(IntStream.range(0, 30)
                .mapToObj(i -> new PushedEvent(
                        "vip",
                        Optional.empty(),
                        "p" + i,
                        i % 3 == 0,
                        i % 2 == 0 ? NOW : NOW.minus(Mirror.REMEMBERED).minusSeconds(1),
                        Map.of()))
                .toList())));

        mirror.forget();

        assertThat(inside()).hasSize(10);
        assertThat(jdbc.queryForObject("select count(*) from mirror", Long.class))
                .isEqualTo(20);
    }
}
