package io.cohortsync.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.config.SourceSettings.MixpanelSource;
import io.cohortsync.schedule.Schedule;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The options of a source of type mixpanel, and of a sync that reads there (contracts, section 6.1). */
class MixpanelSourceTest {

    private static final String SOUND = """
            cohort-sync:
              sources:
                product: { type: mixpanel, username: svc, secret: hidden-secret, project-id: "777", region: us }
              targets:
                web: { type: segment, write-key: abc, region: us }
              syncs:
                lapsed:
                  from: { source: product, cohort: "12345" }
                  to: [ web ]
            """;

    private static final String ACCEPTED =
            "Accepted here: base-url, enabled, project-id, region, secret, type, username, webhook-password,"
                    + " webhook-username";

    private static MixpanelSource source(Given given) {
        return (MixpanelSource) given.settings().sources().get("product");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"us,https://mixpanel.com", "eu,https://eu.mixpanel.com", "in,https://in.mixpanel.com"})
    void everyRegionHasItsHost(String region, String host) {
        MixpanelSource source = source(
                Given.yaml(SOUND.replace("project-id: \"777\", region: us", "project-id: \"777\", region: " + region)));

        assertThat(source.api().orElseThrow().baseUrl()).isEqualTo(host);
        assertThat(source.projectId()).contains("777");
        assertThat(source.project()).isEqualTo("Mixpanel project 777 at " + host);
    }

    @Test
    void anAddressOfOnesOwnStandsForTheRegion() {
        MixpanelSource source = source(Given.yaml(SOUND.replace(
                "project-id: \"777\", region: us", "project-id: \" 777 \", base-url: \"http://proxy/mp/\"")));

        assertThat(source.api().orElseThrow().baseUrl()).isEqualTo("http://proxy/mp");
        assertThat(source.projectId()).contains("777");
    }

    @Test
    void aCohortIsNamedByItsSourceAndKeyedByTheDistinctId() {
        Settings settings = Given.yaml(SOUND).settings();
        SyncSettings sync = settings.syncs().get("lapsed");

        assertThat(sync.reading()).isEqualTo("mixpanel");
        assertThat(sync.givenName()).isEmpty();
        assertThat(sync.links().get(0).memberKey()).isEqualTo(new MemberKeyField.Named("distinct_id"));
        assertThat(sync.links().get(0).named("VIP").trait()).contains("Mixpanel - VIP");
    }

    @Test
    void ofAPushedCohortNobodyKnowsWhenOnceIsDone() {
        String pushed = SOUND.replace(
                "username: svc, secret: hidden-secret, project-id: \"777\", region: us",
                "webhook-username: us, webhook-password: hidden-pw");

        assertThat(Given.yaml(pushed.replace("to: [ web ]", "to: [ web ]\n      schedule: once"))
                        .problems())
                .singleElement()
                .asString()
                .contains("syncs.lapsed.schedule", "once is for cohorts that are read as a whole", "on-change");
        assertThat(Given.yaml(pushed.replace("to: [ web ]", "to: [ web ]\n      schedule: on-change"))
                        .settings()
                        .syncs()
                        .get("lapsed")
                        .schedule())
                .isEqualTo(new Schedule.OnChange());
    }

    @Test
    void aSourceThatOnlyPushesNeedsNoAccount() {
        MixpanelSource source = source(Given.yaml(SOUND.replace(
                "username: svc, secret: hidden-secret, project-id: \"777\", region: us",
                "webhook-username: us, webhook-password: hidden-pw")));

        assertThat(source.polled()).isFalse();
        assertThat(source.pushed()).isTrue();
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                at(
                        "sources.product.regoin",
                        "eu",
                        "sources.product.regoin: unknown key; did you mean \"region\"? " + ACCEPTED),
                at("sources.product.api-key", "x", "sources.product.api-key: unknown key. " + ACCEPTED),
                at("sources.product.region", "asia", "sources.product.region: found \"asia\". Accepted: eu, in, us"),
                at(
                        "sources.product.username",
                        " ",
                        "sources.product.username: is blank: give it a value, or leave the key out where it is optional"),
                at(
                        "sources.product.secret",
                        "${MIXPANEL_SECRET}",
                        "sources.product.secret: variable MIXPANEL_SECRET is not set"),
                at(
                        "sources.product.project-id",
                        "",
                        "sources.product.project-id: is blank: give it a value, or leave the key out where it is"
                                + " optional"),
                at(
                        "sources.product.base-url",
                        "https://me:hidden@x",
                        "sources.product.base-url: holds a user or password, which do not belong in an address."
                                + " Accepted: an absolute http or https address such as"
                                + " \"https://api.example.com/prefix\""),
                at(
                        "sources.product.webhook-username",
                        "us",
                        "sources.product.webhook-password: is missing: a webhook's user and password belong together",
                        "syncs.lapsed.from.via: is missing: source \"product\" can be polled and is pushed to; say which,"
                                + " poll or push"),
                at(
                        "syncs.lapsed.from.member-key",
                        "email",
                        "syncs.lapsed.from.member-key: found \"email\". Accepted: distinct_id, or \"property:email\" for a"
                                + " property of that name"),
                at("syncs.lapsed.from.via", "push", "syncs.lapsed.from.via: found \"push\". Accepted: poll"),
                at(
                        "syncs.lapsed.schedule",
                        "on-change",
                        "syncs.lapsed.schedule: on-change is for cohorts that are pushed to us; this one is read, so say"
                                + " how often. Accepted: once, manual, hourly, daily, a duration such as \"15m\", {daily:"
                                + " \"06:30\"}, or a Quartz cron expression such as \"0 30 6 * * ?\""));
    }

    private static Arguments at(String key, String value, String... problems) {
        return Arguments.of(key, value, problems);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("mistakes")
    void aMistakeIsToldInWords(String key, String value, String... problems) {
        assertThat(problems(Given.yaml(SOUND).properties(Map.of("cohort-sync." + key, value))))
                .containsExactlyInAnyOrder(problems)
                .noneMatch(problem -> problem.contains("hidden"));
    }

    @ParameterizedTest(name = "without {0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "username: svc, | username: is missing: a credential of the API, or give a webhook's credentials where the cohorts are pushed",
                "secret: hidden-secret, | secret: is missing: a credential of the API",
                "project-id: \"777\", | project-id: is missing: the number of the project, which a service account needs",
                "\"777\", region: us | region: is missing: it is one of eu, in, us, unless \"base-url\" is given"
            })
    void whatIsMissingIsTold(String gone, String problem) {
        String rest = gone.startsWith("\"") ? "\"777\"" : "";
        assertThat(problems(Given.yaml(SOUND.replace(gone.strip(), rest))))
                .containsExactly("sources.product." + problem);
    }

    private static List<String> problems(Given given) {
        return given.problems().stream()
                .map(problem ->
                        problem.replaceFirst("^cohort-sync\\.", "").replaceFirst(" \\(application.yaml:\\d+\\)", ""))
                .toList();
    }
}
