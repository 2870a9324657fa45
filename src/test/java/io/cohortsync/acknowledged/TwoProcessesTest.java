package io.cohortsync.acknowledged;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.testing.RunningApp;
import java.nio.file.Path;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.IdempotentRepository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** An unconfirmed key counts as long as the process lives that added it. */
class TwoProcessesTest {

    private static final String YAML = """
            cohort-sync:
              sources:
                exports: { type: file, directory: $DIR }
              targets:
                web: { type: segment, write-key: wk_test, base-url: "http://127.0.0.1:9" }
                vip-web: { type: segment, write-key: wk_other, base-url: "http://127.0.0.1:9" }
              syncs:
                vip: { from: { source: exports, cohort: vip.csv }, schedule: manual, to: [ web ] }
                new-vip: { from: { source: exports, cohort: vip.csv }, schedule: manual, to: [ { target: web, trait: "New {name}" } ] }
                new: { from: { source: exports, cohort: vip.csv }, schedule: manual, to: [ vip-web ] }
                unused: { from: { source: exports, cohort: vip.csv }, enabled: false, to: [ { target: web, trait: "Unused {name}" } ] }
            """;

    @TempDir
    Path folder;

    private RunningApp start(String node) {
        return RunningApp.start(
                folder.resolve(node),
                YAML,
                "--spring.datasource.url=jdbc:h2:file:" + folder.resolve("shared") + ";WRITE_DELAY=0;AUTO_SERVER=TRUE");
    }

    private static IdempotentRepository repository(RunningApp app, String name) {
        return app.bean(CamelContext.class).getRegistry().lookupByNameAndType(name, IdempotentRepository.class);
    }

    @Test
    void aKeyIsTakenWhileItsProcessLivesAndFreeWhenItDoesNot() {
        try (RunningApp one = start("one");
                RunningApp two = start("two")) {
            IdempotentRepository ones = repository(one, "acknowledged-vip-web");
            IdempotentRepository twos = repository(two, "acknowledged-vip-web");
            assertThat(ones.add("ann")).isTrue();
            assertThat(ones.add("bob")).isTrue();
            assertThat(twos.contains("ann")).isTrue();
            assertThat(twos.add("ann")).isFalse();

            // As if the first process had stood still for longer than 20 seconds.
            JdbcTemplate jdbc = two.bean(JdbcTemplate.class);
            String token = one.bean(Processes.class).token();
            jdbc.update("update process set alive_until = timestamp with time zone '2000-01-01 00:00:00+00'"
                    + " where token = '" + token + "'");
            assertThat(twos.contains("ann")).isFalse();
            assertThat(twos.add("ann")).isTrue();

            // It lives on: what the other took is the other's, what nobody took counts again.
            one.bean(Processes.class).renew();
            assertThat(ones.add("ann")).isFalse();
            assertThat(ones.contains("bob")).isTrue();
            assertThat(twos.confirm("ann")).isTrue();
            assertThat(ones.contains("ann")).isTrue();
        }
    }

    @Test
    void aProcessThatEndsLeavesItsUnconfirmedKeysToTheOthersAtOnce() {
        try (RunningApp one = start("one")) {
            try (RunningApp two = start("two")) {
                assertThat(repository(two, "acknowledged-vip-web").add("ann")).isTrue();
                assertThat(repository(one, "acknowledged-vip-web").add("ann")).isFalse();
            }
            assertThat(repository(one, "acknowledged-vip-web").add("ann")).isTrue();
        }
    }

    @Test
    void everyEnabledLinkHasOneUnlessItsNameWouldMeanAnotherToo() {
        try (RunningApp app = start("one")) {
            assertThat(repository(app, "acknowledged-vip-web")).isNotNull();
            assertThat(repository(app, "acknowledged-unused-web")).isNull();
            assertThat(repository(app, "acknowledged-new-vip-web"))
                    .as("new → vip-web or new-vip → web")
                    .isNull();
        }
    }
}
