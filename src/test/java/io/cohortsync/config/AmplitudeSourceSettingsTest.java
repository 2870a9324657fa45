package io.cohortsync.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.config.MemberKeyField.Named;
import io.cohortsync.config.MemberKeyField.Property;
import io.cohortsync.config.SourceSettings.AmplitudeSource;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A source of type amplitude, as people write it. */
class AmplitudeSourceSettingsTest {

    private static final String KEYS = "api-key: k, secret-key: s, region: eu";

    private static Given with(String source, String from) {
        return Given.yaml("""
                cohort-sync:
                  sources:
                    amp: { type: amplitude, %s }
                  targets:
                    web: { type: segment, write-key: abc, region: us }
                  syncs:
                    vip:
                      from: { source: amp, %s }
                      schedule: hourly
                      to: [ web ]
                """.formatted(source, from));
    }

    @Test
    void whatIsLeftOutIsAsAmplitudeHasIt() {
        Settings settings = with("api-key: ' k ', secret-key: s, region: eu", "cohort: c0ffee1")
                .settings();
        AmplitudeSource source = (AmplitudeSource) settings.sources().get("amp");
        assertThat(source.api().orElseThrow().baseUrl()).isEqualTo("https://analytics.eu.amplitude.com");
        assertThat(source.api().orElseThrow().user().value()).isEqualTo("k");
        assertThat(source.monthlyDownloads()).isEqualTo(500);
        assertThat(source.pollInterval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(source.polled()).isTrue();
        assertThat(source.pushed()).isFalse();

        SyncSettings sync = settings.syncs().get("vip");
        assertThat(sync.reading()).isEqualTo("amplitude");
        assertThat(sync.cohortId()).isEqualTo("c0ffee1");
        assertThat(sync.givenName()).isEmpty();
        LinkSettings link = sync.links().get(0);
        assertThat(link.memberKey()).isEqualTo(new Named("user_id"));
        assertThat(link.named("Power users").trait()).contains("[Amplitude] Power users (c0ffee1)");
    }

    @Test
    void whatIsGivenCounts() {
        Settings settings = with(
                        "api-key: k, secret-key: s, base-url: 'http://127.0.0.1:1/x/', monthly-downloads: 7,"
                                + " poll-interval: 2s, webhook-token: t",
                        "cohort: c0ffee1, member-key: 'property:e-mail', via: poll")
                .settings();
        AmplitudeSource source = (AmplitudeSource) settings.sources().get("amp");
        assertThat(source.api().orElseThrow().baseUrl()).isEqualTo("http://127.0.0.1:1/x");
        assertThat(source.monthlyDownloads()).isEqualTo(7);
        assertThat(source.pollInterval()).isEqualTo(Duration.ofSeconds(2));
        assertThat(source.pushed()).isTrue();
        SyncSettings sync = settings.syncs().get("vip");
        assertThat(sync.pushed()).isFalse();
        assertThat(sync.links().get(0).memberKey()).isEqualTo(new Property("e-mail"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "api-key: k, secret-key: s | cohort: a | sources.amp.region | is missing: it is one of eu, us, unless \"base-url\" is given",
                "api-key: k, secret-key: s, region: in | cohort: a | sources.amp.region | found \"in\"",
                "api-key: k, region: us | cohort: a | sources.amp.secret-key | is missing: a credential of the API",
                "secret-key: s, region: us | cohort: a | sources.amp.api-key | is missing: a credential of the API",
                "api-key: '', secret-key: s, region: us | cohort: a | sources.amp.api-key | is blank",
                "api-key: '${AMP_KEY}', secret-key: s, region: us | cohort: a | sources.amp.api-key | variable AMP_KEY is not set",
                KEYS
                        + ", poll-interval: 50ms | cohort: a | sources.amp.poll-interval | found \"50ms\", which is too short. Accepted: \"100ms\" or more",
                KEYS + ", poll-interval: soon | cohort: a | sources.amp.poll-interval | found \"soon\"",
                KEYS + ", monthly-downloads: 0 | cohort: a | sources.amp.monthly-downloads | found \"0\"",
                KEYS
                        + ", monthly-download: 9 | cohort: a | sources.amp.monthly-download | unknown key; did you mean \"monthly-downloads\"?",
                KEYS
                        + ", webhook-username: u | cohort: a, via: poll | sources.amp.webhook-password | is missing: a webhook's user and password belong together",
                KEYS
                        + ", webhook-token: t | cohort: a | syncs.vip.from.via | is missing: source \"amp\" can be polled and is pushed to; say which, poll or push",
                KEYS + " | cohort: a, via: push | syncs.vip.from.via | found \"push\"",
                KEYS
                        + " | cohort: a, member-key: email | syncs.vip.from.member-key | found \"email\". Accepted: amplitude_id, group_value, user_id, or \"property:email\" for a property of that name",
                KEYS + " | cohort: a, member-key: user-id | syncs.vip.from.member-key | did you mean \"user_id\"",
                KEYS + " | cohort: 12e34567 | syncs.vip.from.cohort | put it in quotes",
                KEYS + " | cohort: 0042 | syncs.vip.from.cohort | put it in quotes",
                KEYS
                        + " | query: select 1 | syncs.vip.from.query | only a sql source takes a query; a amplitude source is read with \"cohort\"",
                KEYS + " | cohort-name: x | syncs.vip.from.cohort | is missing"
            })
    void aMistakeIsSaidWithWhatIsAccepted(String source, String from, String where, String words) {
        List<String> problems = with(source, from).problems();
        assertThat(problems)
                .anySatisfy(problem -> assertThat(problem)
                        .startsWith("cohort-sync." + where + " (application.yaml:")
                        .contains(words));
    }

    @Test
    void aPolledCohortCannotRunOnChange() {
        List<String> problems = Given.yaml("""
                cohort-sync:
                  sources:
                    amp: { type: amplitude, %s }
                  targets:
                    web: { type: segment, write-key: abc, region: us }
                  syncs:
                    vip: { from: { source: amp, cohort: a }, schedule: on-change, to: [ web ] }
                """.formatted(KEYS)).problems();
        assertThat(problems)
                .singleElement()
                .satisfies(problem -> assertThat(problem)
                        .contains("syncs.vip.schedule")
                        .contains(
                                "on-change is for cohorts that are pushed to us; this one is read, so say how often"));
    }
}
