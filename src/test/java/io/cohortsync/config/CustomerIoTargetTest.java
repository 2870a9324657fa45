package io.cohortsync.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a target of type customerio, as it is shipped, may be told. */
class CustomerIoTargetTest {

    private static Given given(String options, String to) {
        return Given.yaml("""
                        cohort-sync:
                          sources:
                            exports: { type: file, directory: cohorts }
                          targets:
                            cio: { type: customerio, site-id: site, tracking-api-key: " track ", %s }
                          syncs:
                            trial: { from: { source: exports, cohort: trial.csv }, to: [ { target: cio%s } ] }
                        """.formatted(options, to)).shippedRouteFiles();
    }

    private static TargetSettings target(String options) {
        Given given = given(options, ", segment-id: 7");
        assertThat(given.problems()).isEmpty();
        return given.settings().targets().get("cio");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            region: us                                                  | https://track.customer.io    | https://api.customer.io
            region: eu                                                  | https://track-eu.customer.io | https://api-eu.customer.io
            base-url: "http://x/p/"                                     | http://x/p                   | http://x/p
            region: eu, base-url: "http://x"                            | http://x                     | http://x
            region: eu, app-base-url: "http://a"                        | https://track-eu.customer.io | http://a
            base-url: "http://x", track-base-url: "http://t"            | http://t                     | http://x
            track-base-url: "http://t/", app-base-url: "http://a/p"     | http://t                     | http://a/p
            """)
    void eachApiHasItsAddress(String options, String track, String app) {
        assertThat(target(options).options())
                .containsEntry("track-base-url", track)
                .containsEntry("app-base-url", app);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            region: us                                        | off
            region: us, app-api-key: a                        | daily
            region: us, app-api-key: a, read-back: off        | off
            region: us, app-api-key: a, read-back: "off"      | off
            region: us, app-api-key: a, read-back: daily      | daily
            """)
    void whatCanBeReadBackIsUnlessToldOtherwise(String options, String readBack) {
        assertThat(target(options).options()).containsEntry("read-back", readBack);
    }

    @Test
    void itsKeysAreSecretsAndTrimmed() {
        TargetSettings target = target("region: us, app-api-key: ' app '");

        assertThat(target.secrets())
                .isEqualTo(Map.of("tracking-api-key", new Secret("track"), "app-api-key", new Secret("app")));
        assertThat(target.options()).containsEntry("site-id", "site");
        assertThat(target.batchSize()).isEqualTo(1_000);
        assertThat(target.inFlight()).isEqualTo(1);
        assertThat(target.mixed()).isFalse();
        assertThat(target.rate()).hasValue(100);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            app-api-key: a                           | ''               | targets.cio.region: is missing
            app-api-key: a, track-base-url: "http:x" | ''               | targets.cio.track-base-url: names no host
            region: us, read-back: daily             | , segment-id: 7  | targets.cio.read-back: needs "app-api-key"
            region: us, read-back: weekly            | , segment-id: 7  | targets.cio.read-back: found "weekly"
            region: asia                             | , segment-id: 7  | targets.cio.region: found "asia"
            region: us, rate: 101                    | , segment-id: 7  | targets.cio.rate: found "101". Accepted: a whole number from 1 to 100
            region: us, rate: 0                      | , segment-id: 7  | targets.cio.rate: found "0"
            region: us, batch-size: 1001             | , segment-id: 7  | targets.cio.batch-size: found "1001"
            region: us                               | , segment: VIP   | syncs.trial.to[0].segment-id: is missing: without "app-api-key"
            region: us                               | , segment-id: x  | syncs.trial.to[0].segment-id: found "x"
            region: us, app-api-key: a               | , id-type: phone | syncs.trial.to[0].id-type: found "phone"
            """)
    void mistakesAreToldWithWhereTheyAre(String options, String to, String problem) {
        List<String> problems = given(options, to).problems();

        assertThat(problems)
                .anyMatch(line -> line.replaceFirst(" \\(.*?\\)", "").contains(problem));
    }
}
