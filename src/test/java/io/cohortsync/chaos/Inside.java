package io.cohortsync.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.h2.tools.Server;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * What the tests have inside the application they try, on its class path beside the packed jar: its clock goes wrong by as
 * many seconds as a file says, and an embedded database can be looked into from outside. Nothing in the jar knows of it.
 */
public final class Inside implements ApplicationContextInitializer<ConfigurableApplicationContext>, BeanPostProcessor {

    static final String CLOCK_FILE = "chaos.clock-file";
    static final String H2_PORT = "chaos.h2-port";

    private Path clockFile = Path.of("clock");

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        clockFile = Path.of(context.getEnvironment().getRequiredProperty(CLOCK_FILE));
        context.getBeanFactory().addBeanPostProcessor(this);
        String port = context.getEnvironment().getProperty(H2_PORT, "");
        if (!port.isEmpty()) {
            try {
                Server.createTcpServer("-tcpPort", port, "-ifExists", "-tcpDaemon")
                        .start();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof Clock clock ? new MovedClock(clock, clockFile) : bean;
    }

    /** A clock that is wrong. */
    private static final class MovedClock extends Clock {

        private final Clock right;
        private final Path file;

        MovedClock(Clock right, Path file) {
            this.right = right;
            this.file = file;
        }

        @Override
        public Instant instant() {
            return right.instant().plus(offset());
        }

        private Duration offset() {
            try {
                return Duration.ofSeconds(Long.parseLong(Files.readString(file).strip()));
            } catch (NoSuchFileException itIsRight) {
                return Duration.ZERO;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public ZoneId getZone() {
            return right.getZone();
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return new MovedClock(right.withZone(zone), file);
        }
    }
}
