package io.cohortsync.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.cohortsync.testing.Database;
import io.cohortsync.testing.PackedApp;
import io.cohortsync.testing.PushLoad;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The packed jar is killed with kill -9 while it receives, with every target down: what was answered 2xx is there. */
class KilledWhileReceivingIT {

    @TempDir
    Path folder;

    /** The server listens before there are routes; never is a push answered 404, after which Mixpanel gives up. */
    private static void awaitTaken(PackedApp app) {
        PushLoad first = new PushLoad(app.uri("/hooks/engage"), "abc123", "another", 1);
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            first.send("first-", 1, 1, 0);
            assertThat(first.otherwise()).allMatch(status -> status == 503);
            return !first.taken().isEmpty();
        });
    }

    @ParameterizedTest
    @EnumSource
    void whatWasAnswered2xxIsNotLost(Database product) throws IOException, InterruptedException {
        Files.writeString(folder.resolve("application.yaml"), """
                cohort-sync:
                  sources:
                    engage: { type: segment, shared-secret: abc123 }
                  targets:
                    web: { type: segment, write-key: wk_test, base-url: "http://127.0.0.1:1" }
                  syncs:
                    vip: { from: { source: engage, cohort: vip_users }, schedule: on-change, to: [ web ] }
                """);
        String url =
                product == Database.H2 ? "jdbc:h2:file:" + folder.resolve("state") + ";WRITE_DELAY=0" : product.fresh();
        PushLoad load;
        try (PackedApp app = PackedApp.start(folder, "--spring.datasource.url=" + url)) {
            app.awaitUp(folder);
            load = new PushLoad(app.uri("/hooks/engage"), "abc123", "vip_users", 8);
            awaitTaken(app);
            load.send("early-", 5_000, 1_000, 0);
            assertThat(load.taken()).as("%s", load).hasSize(5_000);
            Thread pushing = new Thread(() -> load.send("late-", 100_000, 10, 0));
            pushing.start();
            await().atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> load.taken().size() > 6_000);
            app.kill();
            pushing.join();
        }
        assertThat(load.broken()).as("%s", load).isPositive();

        JdbcTemplate state = new JdbcTemplate(new DriverManagerDataSource(url));
        Set<String> inside = new HashSet<>(state.queryForList(
                "select member from mirror where inside and cohort_id ="
                        + " (select id from mirror_cohort where cohort = 'vip_users')",
                String.class));
        assertThat(inside).as("of %s", load).containsAll(load.taken());
        assertThat(load.otherwise()).isEmpty();
        assertThat(state.queryForObject("select members from mirror_cohort where cohort = 'vip_users'", Long.class))
                .isEqualTo(inside.size());
    }
}
