package io.cohortsync.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoShopTest {

    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    private final String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";

    @TempDir
    private Path directory;

    private DemoShop shop;

    @BeforeEach
    void open() throws SQLException {
        shop = shop(directory, url, 42);
    }

    @AfterEach
    void close() throws SQLException {
        shop.close();
    }

    @Test
    void opensWithItsTwoCohorts() throws Exception {
        assertThat(powerUsers()).hasSize(DemoShop.POWER_USERS);
        assertThat(atRisk()).hasSize(DemoShop.AT_RISK);
        assertThat(query("select user_id from customers")).hasSize(DemoShop.CUSTOMERS);
        assertThat(query("select distinct email from customers")).hasSize(DemoShop.CUSTOMERS);
        assertThat(query("select user_id from customers where risk = 0.8 or risk <= 0 or risk >= 1"))
                .isEmpty();
    }

    @Test
    void itsPeopleLookReal() throws Exception {
        assertThat(records()).allSatisfy(customer -> {
            assertThat(customer.getHeader()).containsExactly("user_id", "email", "name", "orders");
            assertThat(customer.getField("user_id")).matches("cus_[0-9a-f]{6}");
            assertThat(customer.getField("email")).matches("[a-z]+\\.[a-z]+\\d*@example\\.(com|org)");
            assertThat(customer.getField("name")).matches("\\p{L}+ [\\p{L}']+");
            assertThat(Integer.parseInt(customer.getField("orders"))).isPositive();
        });
    }

    @Test
    void everyStepChangesWhatItSays() throws Exception {
        for (int step = 1; step <= 12; step++) {
            Set<String> powerUsersBefore = powerUsers();
            Set<String> atRiskBefore = atRisk();

            ShopChange change = shop.step();

            assertThat(change.equals(ShopChange.NONE)).isEqualTo(step % 3 == 0);
            assertThat(without(powerUsers(), powerUsersBefore)).hasSize(change.joined());
            assertThat(without(powerUsersBefore, powerUsers())).hasSize(change.left());
            assertThat(without(atRisk(), atRiskBefore)).hasSize(change.rose());
            assertThat(without(atRiskBefore, atRisk())).hasSize(change.fell());
        }
    }

    @Test
    void aMinuteShowsComingGoingAndNothing() throws Exception {
        for (int minute = 0; minute < 5; minute++) {
            List<ShopChange> changes = List.of(shop.step(), shop.step(), shop.step());

            assertThat(changes).contains(ShopChange.NONE).anySatisfy(change -> {
                assertThat(change.joined()).isBetween(20, 40);
                assertThat(change.left()).isBetween(20, 40);
                assertThat(change.rose() + change.fell()).isBetween(30, 70);
            });
        }
    }

    @Test
    void theCohortsKeepTheirSizesOverHours() throws Exception {
        for (int step = 0; step < 600; step++) {
            shop.step();
        }

        assertThat(powerUsers()).hasSizeBetween(2_700, 3_300);
        assertThat(atRisk()).hasSizeBetween(850, 1_150);
    }

    @Test
    void theSameSeedPlaysTheSameStory(@TempDir Path otherDirectory) throws Exception {
        try (DemoShop other = shop(otherDirectory, url.replace("mem:", "mem:other-"), 42)) {
            for (int step = 0; step < 4; step++) {
                assertThat(other.step()).isEqualTo(shop.step());
            }
        }
        assertThat(otherDirectory.resolve(PowerUsersFile.NAME))
                .hasSameBinaryContentAs(directory.resolve(PowerUsersFile.NAME));
    }

    @Test
    void anotherSeedPlaysAnotherStory(@TempDir Path otherDirectory) throws Exception {
        shop(otherDirectory, url.replace("mem:", "mem:other-"), 43).close();

        assertThat(Files.readString(otherDirectory.resolve(PowerUsersFile.NAME)))
                .isNotEqualTo(Files.readString(directory.resolve(PowerUsersFile.NAME)));
    }

    @Test
    void changedRowsSayWhen() throws Exception {
        ShopChange change = shop.step();
        int updated = query("select user_id from customers where updated_at > timestamp with time zone "
                        + "'2026-11-21 12:00:00+00'")
                .size();

        assertThat(updated).isEqualTo(change.rose() + change.fell());
    }

    @Test
    void aReaderNeverSeesHalfTheFile() throws Exception {
        AtomicBoolean closing = new AtomicBoolean();
        CompletableFuture<Integer> reader = CompletableFuture.supplyAsync(() -> {
            int readings = 0;
            while (!closing.get() || readings == 0) {
                // Less than any cohort of this story; a file cut off is shorter, or ends in a broken record.
                assertThat(records()).hasSizeGreaterThan(2_800);
                readings++;
            }
            return readings;
        });
        for (int step = 0; step < 200; step++) {
            shop.step();
        }
        closing.set(true);

        assertThat(reader.join()).isPositive();
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(directory.resolve(PowerUsersFile.NAME));
        }
    }

    @Test
    void theDatabaseOpensWithOrWithoutTheUsualUser() throws Exception {
        try (Connection named = DriverManager.getConnection(url, "sa", "");
                Connection nameless = DriverManager.getConnection(url)) {
            assertThat(named.isValid(1)).isTrue();
            assertThat(nameless.isValid(1)).isTrue();
        }
    }

    @Test
    void closingEndsTheDatabase(@TempDir Path otherDirectory) throws Exception {
        String otherUrl = url.replace("mem:", "mem:other-");
        shop(otherDirectory, otherUrl, 42).close();

        assertThatThrownBy(() -> DriverManager.getConnection(otherUrl + ";IFEXISTS=TRUE"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("not found");
    }

    @Test
    void aStepIsToldInOneLine() {
        assertThat(new ShopChange(31, 28, 9, 12).inWords())
                .isEqualTo("31 customers became power users, 28 no longer are; churn risk rose for 9, fell for 12");
        assertThat(ShopChange.NONE.inWords()).isEqualTo("nothing changed");
    }

    /** A shop whose clock goes on by a second each time it is asked. */
    private static DemoShop shop(Path directory, String url, long seed) throws SQLException {
        return new DemoShop(directory, url, new Random(seed), new Clock() {
            private Instant next = NOON;

            @Override
            public Instant instant() {
                Instant now = next;
                next = next.plusSeconds(1);
                return now;
            }

            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        });
    }

    private static Set<String> without(Set<String> all, Set<String> some) {
        Set<String> rest = new HashSet<>(all);
        rest.removeAll(some);
        return rest;
    }

    private Set<String> powerUsers() {
        List<NamedCsvRecord> records = records();
        Set<String> ids = new HashSet<>();
        records.forEach(record -> ids.add(record.getField("user_id")));
        assertThat(ids).hasSameSizeAs(records);
        return ids;
    }

    private List<NamedCsvRecord> records() {
        try (CsvReader<NamedCsvRecord> csv =
                CsvReader.builder().ofNamedCsvRecord(directory.resolve(PowerUsersFile.NAME))) {
            return csv.stream().toList();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private Set<String> atRisk() throws SQLException {
        return new HashSet<>(query("select user_id from customers where risk > 0.8"));
    }

    private List<String> query(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                ResultSet rows = connection.createStatement().executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }
}
