package io.cohortsync.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.config.GuardSettings.Limit;
import io.cohortsync.config.LinkSettings.Integration;
import io.cohortsync.config.MemberKeyField.Named;
import io.cohortsync.config.MemberKeyField.OnlyColumn;
import io.cohortsync.config.SourceSettings.FileSource;
import io.cohortsync.config.SourceSettings.SqlSource;
import io.cohortsync.schedule.Schedule;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SettingsReaderTest {

    static final String FULL = """
            cohort-sync:
              time-zone: Europe/Berlin
              defaults:
                schedule: 15m
                guard: { max-exits: 10%, max-enters: 5000 }
              sources:
                warehouse: { type: sql, url: "jdbc:h2:mem:w", username: reader, password: " pass " }
                exports: { type: file, directory: ./cohorts }
                old: { type: file, directory: old, enabled: false }
              targets:
                segment-web: { type: segment, write-key: "${WRITE_KEY}", region: eu }
                segment-app:
                  type: segment
                  write-key: abc
                  base-url: http://localhost:8080/sandbox/segment/
                  batch-size: 50
                  in-flight: 2
                  mixed: false
                events: { type: queue, topic: members, credential: hidden, enabled: false }
              syncs:
                churn-risk:
                  from: { source: warehouse, query: "select email from churn", member-key: email, cohort-name: Churn }
                  schedule: { daily: 06:30 }
                  to:
                    - segment-web
                    - target: segment-app
                      member-key: "property:Customer Id"
                      normalize: lower
                      trait: amplitude-engage
                      enabled: false
                      integrations: { All: false, Amplitude: { session_id: 1 } }
                  guard: { max-exits: off, min-exits: 5, window: 2h, allow-empty: true, first-run: hold }
                lifecycle:
                  from: { source: exports, cohorts: { trial: trial.csv, dormant: dormant.jsonl.gz } }
                  to: [ { target: segment-web, trait: "life {id}", integration: none }, events ]
                  enabled: false
              sandbox: { enabled: true, demo: yes }
              diff: { memory: 64MB }
              security: { open: true }
            server: { address: 127.0.0.1 }
            """;

    private static Settings full() {
        return Given.yaml(FULL).variables(Map.of("WRITE_KEY", "k-123")).settings();
    }

    @Test
    void nothingConfiguredIsAValidConfigurationWithNothingInIt() {
        Settings settings = Given.yaml("spring: { application: { name: x } }").settings();

        assertThat(settings.syncs()).isEmpty();
        assertThat(settings.timeZone()).isEqualTo(ZoneId.of("UTC"));
        assertThat(settings.sandbox()).isFalse();
        assertThat(settings.demo()).isFalse();
        assertThat(settings.security().open()).isFalse();
    }

    @Test
    void emptySectionsAreTakenAsNothing() {
        assertThat(Given.yaml("cohort-sync: { sources: {}, targets: , syncs: {}, defaults: , sandbox: }")
                        .problems())
                .isEmpty();
    }

    @Test
    void whatStandsAtTheTopIsRead() {
        assertThat(full().timeZone()).isEqualTo(ZoneId.of("Europe/Berlin"));
        assertThat(full().sandbox()).isTrue();
        assertThat(full().demo()).isTrue();
        assertThat(full().security().open()).isTrue();
    }

    @Test
    void sourcesKeepTheOrderOfTheFile() {
        assertThat(full().sources().values())
                .containsExactly(
                        new SqlSource("warehouse", true, "jdbc:h2:mem:w", "reader", new Secret("pass")),
                        new FileSource("exports", true, Path.of("./cohorts")),
                        new FileSource("old", false, Path.of("old")));
    }

    @Test
    void aTargetTakesItsDefaultsFromItsTemplate() {
        TargetSettings web = full().targets().get("segment-web");

        assertThat(web.secrets()).isEqualTo(Map.of("write-key", new Secret("k-123")));
        assertThat(web.options()).isEqualTo(Map.of("base-url", "https://events.eu1.segmentapis.com", "region", "eu"));
        assertThat(web.batchSize()).isEqualTo(1000);
        assertThat(web.inFlight()).isEqualTo(4);
        assertThat(web.mixed()).isTrue();
        assertThat(web.enabled()).isTrue();
    }

    @Test
    void aTargetsOwnValuesWinAndItsAddressLosesTheSlashAtTheEnd() {
        TargetSettings app = full().targets().get("segment-app");

        assertThat(app.options()).isEqualTo(Map.of("base-url", "http://localhost:8080/sandbox/segment"));
        assertThat(app.batchSize()).isEqualTo(50);
        assertThat(app.inFlight()).isEqualTo(2);
        assertThat(app.mixed()).isFalse();
    }

    @Test
    void aTargetThatIsNotHttpNeedsNoRegion() {
        assertThat(full().targets().get("events"))
                .isEqualTo(new TargetSettings(
                        "events",
                        "queue",
                        false,
                        new java.util.TreeMap<>(Map.of("topic", "members", "layout", "qwerty")),
                        Map.of("credential", new Secret("hidden")),
                        1000,
                        1,
                        false,
                        java.util.OptionalInt.empty()));
    }

    @Test
    void aSyncIsReadWithItsLinks() {
        SyncSettings sync = full().syncs().get("churn-risk");

        assertThat(sync.source().name()).isEqualTo("warehouse");
        assertThat(sync.cohort()).isEqualTo("select email from churn");
        assertThat(sync.cohortId()).isEqualTo("churn-risk");
        assertThat(sync.givenName()).contains("Churn");
        assertThat(sync.schedule()).isEqualTo(new Schedule.Cron("0 30 6 * * ?", ZoneId.of("Europe/Berlin")));
        assertThat(sync.guard())
                .isEqualTo(new GuardSettings(
                        new Limit.Off(), 5, Duration.ofHours(2), true, new Limit.Members(5000), true));
        assertThat(sync.links())
                .containsExactly(
                        new LinkSettings(
                                "churn-risk",
                                full().targets().get("segment-web"),
                                true,
                                new Named("email"),
                                Normalize.TRIM,
                                OnRename.PIN,
                                false,
                                Optional.of("Churn"),
                                Optional.of(new Integration("Cohort Sync", "1.0.0")),
                                Optional.empty(),
                                Optional.empty()),
                        new LinkSettings(
                                "churn-risk",
                                full().targets().get("segment-app"),
                                false,
                                new Named("Customer Id"),
                                Normalize.LOWER,
                                OnRename.PIN,
                                false,
                                Optional.of("[Amplitude] Churn (churn-risk)"),
                                Optional.of(new Integration("Amplitude Cohort Sync", "1.0.0")),
                                Optional.of("{\"All\":false,\"Amplitude\":{\"session_id\":1}}"),
                                Optional.empty()));
    }

    @Test
    void severalCohortsBecomeASyncEach() {
        Settings settings = full();

        assertThat(settings.syncs().keySet()).containsExactly("churn-risk", "lifecycle-trial", "lifecycle-dormant");
        SyncSettings dormant = settings.syncs().get("lifecycle-dormant");
        assertThat(dormant.cohort()).isEqualTo("dormant.jsonl.gz");
        assertThat(dormant.enabled()).isFalse();
        assertThat(dormant.schedule()).isEqualTo(new Schedule.Every(Duration.ofMinutes(15)));
        assertThat(dormant.guard())
                .isEqualTo(new GuardSettings(
                        new Limit.Percent(10), 100, Duration.ofHours(24), false, new Limit.Members(5000), false));
        assertThat(dormant.links())
                .extracting(LinkSettings::trait)
                .containsExactly(Optional.of("life lifecycle-dormant"), Optional.empty());
        assertThat(dormant.links().get(0).integration()).isEmpty();
        assertThat(dormant.links().get(0).memberKey()).isEqualTo(new OnlyColumn());
    }

    @Test
    void toMayBeOneTargetInsteadOfAList() {
        assertThat(Given.yaml(FULL)
                        .properties(Map.of("WRITE_KEY", "k", "cohort-sync.syncs.lifecycle.to", "events"))
                        .settings()
                        .syncs()
                        .get("lifecycle-trial")
                        .links())
                .extracting(link -> link.target().name())
                .containsExactly("events");
    }

    @Test
    void anEnvironmentVariableWinsOverTheFileInBothOfSpringsSpellings() {
        Settings settings = Given.yaml(FULL)
                .variables(Map.of(
                        "WRITE_KEY", "k",
                        "COHORT_SYNC_TARGETS_SEGMENT_APP_WRITE_KEY", "from-variable",
                        "COHORTSYNC_TARGETS_SEGMENTAPP_BATCHSIZE", "7",
                        "COHORTSYNC_SYNCS_CHURNRISK_TO_0_TRAIT", "v {name}",
                        "COHORTSYNC_SYNCS_CHURNRISK_SCHEDULE", "hourly",
                        "COHORT_SYNC_TIME_ZONE", "Asia/Tokyo",
                        "COHORT_SYNC_SERVICE_HOST", "set by Kubernetes"))
                .settings();

        assertThat(settings.targets().get("segment-app").secrets())
                .isEqualTo(Map.of("write-key", new Secret("from-variable")));
        assertThat(settings.targets().get("segment-app").batchSize()).isEqualTo(7);
        assertThat(settings.syncs().get("churn-risk").links().get(0).trait()).contains("v Churn");
        assertThat(settings.syncs().get("churn-risk").schedule()).isEqualTo(new Schedule.Every(Duration.ofHours(1)));
        assertThat(settings.timeZone()).isEqualTo(ZoneId.of("Asia/Tokyo"));
    }

    @Test
    void theCommandLineWinsOverAnEnvironmentVariable() {
        Settings settings = Given.yaml(FULL)
                .variables(Map.of("WRITE_KEY", "k", "COHORT_SYNC_TIME_ZONE", "Asia/Tokyo"))
                .properties(Map.of("cohort-sync.time-zone", "UTC"))
                .settings();

        assertThat(settings.timeZone()).isEqualTo(ZoneId.of("UTC"));
    }

    @Test
    void aListReplacesTheListBehindItWhileSectionsAreMerged() {
        Settings settings = Given.yaml("""
                        cohort-sync:
                          syncs:
                            lifecycle: { to: [ events ], schedule: once }
                            churn-risk: { schedule: manual }
                        """)
                .behind("behind.yaml", FULL)
                .variables(Map.of("WRITE_KEY", "k"))
                .settings();

        assertThat(settings.syncs().get("lifecycle-trial").links()).hasSize(1);
        assertThat(settings.syncs().get("lifecycle-trial").schedule()).isEqualTo(new Schedule.Once());
        assertThat(settings.syncs().get("churn-risk").schedule()).isEqualTo(new Schedule.Manual());
        assertThat(settings.syncs().get("churn-risk").links()).hasSize(2);
    }

    @Test
    void noSecretIsShownByTheSettings() {
        assertThat(full().toString())
                .doesNotContain("k-123")
                .doesNotContain("hidden")
                .doesNotContain("pass ");
    }
}
