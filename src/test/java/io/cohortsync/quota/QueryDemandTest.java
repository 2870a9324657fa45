package io.cohortsync.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.config.Secret;
import io.cohortsync.config.SecuritySettings;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SourceSettings;
import io.cohortsync.config.SourceSettings.Api;
import io.cohortsync.config.SourceSettings.FileSource;
import io.cohortsync.config.SourceSettings.MixpanelSource;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.schedule.Schedule;
import io.cohortsync.state.DatabaseProduct;
import io.cohortsync.testing.Configured;
import io.cohortsync.testing.Database;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.util.unit.DataSize;

/** How many queries an hour the schedules of a Mixpanel source ask for. */
class QueryDemandTest {

    private static final SourceSettings MIX = new MixpanelSource(
            "mix",
            true,
            Optional.of(new Api("https://mixpanel.com", new Secret("u"), new Secret("p"))),
            Optional.of("777"),
            Optional.empty());

    private final String url = Database.H2.fresh();
    private final JdbcClient jdbc = JdbcClient.create(new DriverManagerDataSource(url));
    private final Map<String, SyncSettings> syncs = new LinkedHashMap<>();

    QueryDemandTest() {
        DriverManagerDataSource database = new DriverManagerDataSource(url);
        DatabaseProduct.of(database)
                .configure(Flyway.configure().dataSource(database))
                .load()
                .migrate();
    }

    @AfterEach
    void drop() {
        Database.H2.drop(url);
    }

    private void sync(String name, Schedule schedule, boolean enabled, long members) {
        SyncSettings plain = Configured.sync(name, MIX, "1", List.of());
        syncs.put(
                name,
                new SyncSettings(
                        name,
                        MIX,
                        "1",
                        name,
                        Optional.empty(),
                        false,
                        Optional.empty(),
                        schedule,
                        enabled,
                        List.of(),
                        plain.guard()));
        jdbc.sql("insert into sync (name, lease_until, last_fire) values (?, current_timestamp, current_timestamp)")
                .param(name)
                .update();
        jdbc.sql("insert into link (sync, target, acknowledged) values (?, 'web', ?)")
                .params(name, members)
                .update();
    }

    private QueryDemand demand() {
        Settings settings = new Settings(
                ZoneOffset.UTC,
                Map.of("mix", MIX, "files", new FileSource("files", true, Path.of("cohorts"))),
                Map.of(),
                syncs,
                false,
                false,
                new SecuritySettings(true),
                DataSize.ofMegabytes(64));
        return new QueryDemand(settings, jdbc, Clock.fixed(Instant.parse("2026-11-16T00:00:00Z"), ZoneOffset.UTC));
    }

    private static Schedule every(String duration) {
        return new Schedule.Every(Duration.parse(duration));
    }

    @Test
    void theBusiestHourOfTheDayCounts() {
        // A list and one page each time.
        sync("quarterly", every("PT15M"), true, 0);
        // At the same hour: a list and 21 pages, with the one that may be empty.
        sync("early", new Schedule.Cron("0 30 6 * * ?", ZoneOffset.UTC), true, 20_000);
        // At an hour of its own, and less.
        sync("late", new Schedule.Cron("0 0 20 * * ?", ZoneOffset.UTC), true, 3_999);
        sync("off", every("PT1M"), false, 0);
        sync("once", new Schedule.Once(), true, 0);
        sync("by-hand", new Schedule.Manual(), true, 0);

        assertThat(demand().of("mix"))
                .contains(new QueryDemand.OfSource(30, 60, Map.of("early", 22L, "quarterly", 8L), Optional.empty()));
        assertThat(demand().of("files")).isEmpty();
    }

    @Test
    void moreThanIsAllowedIsToldWithWhatToDo() {
        sync("often", every("PT5M"), true, 5_000);

        QueryDemand.OfSource demand = demand().of("mix").orElseThrow();
        assertThat(demand.anHour()).isEqualTo(12 * 7);
        assertThat(demand.warning())
                .contains(
                        "Source mix: the schedules of its syncs ask for up to 84 queries an hour (often 84), and 60 are"
                                + " allowed: when they are spent, runs wait. Let them run less often, or have Mixpanel push the"
                                + " large cohorts by a custom webhook, which costs no queries");
    }

    @Test
    void aSourceWithoutSchedulesAsksForNothing() {
        assertThat(demand().of("mix")).contains(new QueryDemand.OfSource(0, 60, Map.of(), Optional.empty()));
    }
}
