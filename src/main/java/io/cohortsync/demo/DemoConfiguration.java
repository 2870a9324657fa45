package io.cohortsync.demo;

import io.cohortsync.sandbox.StandIns;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The demo: only with {@code cohort-sync.sandbox.demo: true}, and only beside the sandbox, so that invented people are
 * never made up next to a real target by accident.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(
        prefix = "cohort-sync.sandbox",
        name = {"enabled", "demo"},
        havingValue = "true")
class DemoConfiguration {

    static final Path DIRECTORY = Path.of("data", "demo");

    static final String DATABASE_URL = "jdbc:h2:mem:demo-shop;DB_CLOSE_DELAY=-1";

    // Slow enough to read along, quick enough to see comings, goings and a quiet step within a minute.
    private static final Duration PACE = Duration.ofSeconds(20);

    private static final long SEED = 8_311_934L;

    /** Eager, like every bean here: the first cohorts are there before Camel starts its first route. */
    @Bean
    DemoShop demoShop() throws SQLException {
        return new DemoShop(DIRECTORY, DATABASE_URL, new Random(SEED), Clock.systemUTC());
    }

    @Bean
    DemoVendors demoVendors(DemoShop shop, StandIns standIns) {
        return new DemoVendors(shop.customers(), standIns, new Random(SEED));
    }

    @Bean
    ShopHours demoShopHours(DemoShop shop, DemoVendors vendors) {
        return new ShopHours(
                () -> {
                    shop.step();
                    vendors.step();
                },
                PACE);
    }
}
