package io.cohortsync.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The warning about a state database that may forget. */
@ExtendWith(OutputCaptureExtension.class)
class LazyWritesTest {

    private static final String WARNING = "without ;WRITE_DELAY=0";

    private static void startWith(String url) {
        try (HikariDataSource database = new HikariDataSource()) {
            database.setJdbcUrl(url);
            new StateDatabase().schema(database);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"jdbc:h2:file:./data/state", "jdbc:h2:./state;MODE=PostgreSQL", "jdbc:h2:~/state;WRITE_DELAY=500"
            })
    void anH2DatabaseOnDiskThatWritesLateIsAWarning(String url, CapturedOutput output) {
        startWith(url);
        assertThat(output).contains(WARNING);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:h2:file:./data/state;WRITE_DELAY=0",
                "jdbc:h2:file:./data/state;write_delay=0;AUTO_SERVER=TRUE",
                "jdbc:h2:mem:state",
                "jdbc:postgresql://db/state"
            })
    void anyOtherIsNot(String url, CapturedOutput output) {
        startWith(url);
        assertThat(output).doesNotContain(WARNING);
    }

    @Test
    void theDefaultUrlWritesAtOnce() throws Exception {
        try (java.io.InputStream defaults = getClass().getResourceAsStream("/application.yaml")) {
            assertThat(new String(defaults.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                    .contains("jdbc:h2:file:./data/cohort-sync;WRITE_DELAY=0");
        }
    }
}
