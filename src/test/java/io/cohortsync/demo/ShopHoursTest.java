package io.cohortsync.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShopHoursTest {

    /** Counts who asks for the time: the shop when it opens, and each step that changes something. */
    private static final class CountingClock extends Clock {

        private final CountDownLatch asked = new CountDownLatch(5);

        @Override
        public Instant instant() {
            asked.countDown();
            if (asked.getCount() == 3) {
                throw new IllegalStateException("the clock has stopped");
            }
            return Instant.EPOCH;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @Test
    void stepsGoOnAfterOneThatFailedAndEndWithTheApplication(@TempDir Path directory) throws Exception {
        CountingClock clock = new CountingClock();
        try (DemoShop shop =
                new DemoShop(directory, "jdbc:h2:mem:shop-hours;DB_CLOSE_DELAY=-1", new Random(1), clock)) {
            ShopHours hours = new ShopHours(shop::step, Duration.ofMillis(1));
            assertThat(clock.asked.await(30, TimeUnit.SECONDS)).isTrue();
            hours.close();
        }
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("demo-shop") && thread.isAlive()));
    }
}
