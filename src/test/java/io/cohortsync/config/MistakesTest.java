package io.cohortsync.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MistakesTest {

    static final String SOUND = """
            cohort-sync:
              sources:
                exports: { type: file, directory: cohorts }
                warehouse: { type: sql, url: "jdbc:h2:mem:w" }
              targets:
                web: { type: segment, write-key: abc, region: us }
                events: { type: queue, topic: members }
              syncs:
                trial:
                  from: { source: exports, cohort: trial.csv }
                  to: [ web ]
            """;

    @Test
    void anEndpointOfOnesOwnNeedsAnAddressAndNoHeaderThatACallHasAnyway() {
        String targets = """
                cohort-sync:
                  targets:
                    one: { type: webhook, url: "ftp://example.com/x" }
                    two: { type: webhook, url: "https://example.com/x?y=1", headers: { Host: me, "a b": c, X-Ok: ok } }
                    three: { type: webhook, url: "https://example.com/x", headers: loud }
                    four: { type: webhook }
                """;
        String noHeader =
                ": is no header of your own. Accepted: letters, digits, - and _, and none of content-encoding,"
                        + " content-length, content-type, host, transfer-encoding";
        assertThat(Given.yaml(targets).problems())
                .containsExactlyInAnyOrder(
                        "cohort-sync.targets.one.url (application.yaml:3): does not begin with http:// or https://. Accepted:"
                                + " an absolute http or https address such as \"https://api.example.com/prefix\"",
                        "cohort-sync.targets.two.headers.Host (application.yaml:4)" + noHeader,
                        "cohort-sync.targets.two.headers.a b (application.yaml:4)" + noHeader,
                        "cohort-sync.targets.three.headers (application.yaml:5): is text, but a section of keys is"
                                + " expected",
                        "cohort-sync.targets.four.url (application.yaml:6): is missing: The address that is called with"
                                + " POST; often a secret in itself.");
    }

    @Test
    void theSampleThatTheMistakesAreMadeInIsSound() {
        assertThat(Given.yaml(SOUND).problems()).isEmpty();
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                at(
                        "sinks.x",
                        "y",
                        "sinks: unknown key. Accepted here: defaults, diff, sandbox, security, sources, syncs,"
                                + " targets, time-zone"),
                at(
                        "syncs.trial.shedule",
                        "hourly",
                        "syncs.trial.shedule: unknown key; did you mean \"schedule\"? Accepted here: enabled, from,"
                                + " guard, schedule, to"),
                at(
                        "syncs.trial.from.stale-after",
                        "1d",
                        "syncs.trial.from.stale-after: is for cohorts that are pushed to us"),
                at(
                        "syncs.trial.guard.max-exit",
                        "1",
                        "syncs.trial.guard.max-exit: unknown key; did you mean \"max-exits\"? Accepted here:"
                                + " allow-empty, first-run, max-enters, max-exits, min-exits, window"),
                at(
                        "targets.web.write-kye",
                        "hidden",
                        "targets.web.write-kye: unknown key; did you mean \"write-key\"? Accepted here: base-url,"
                                + " batch-size, enabled, in-flight, mixed, region, type, write-key"),
                at(
                        "targets.web.base-url-us",
                        "https://x",
                        "targets.web.base-url-us: unknown key; did you mean \"base-url\"? Accepted here: base-url,"
                                + " batch-size, enabled, in-flight, mixed, region, type, write-key"),
                at(
                        "targets.events.batch-size",
                        "5",
                        "targets.events.batch-size: unknown key. Accepted here: credential, enabled, layout, topic,"
                                + " type"),
                at(
                        "targets.web.target",
                        "x",
                        "targets.web.target: unknown key. Accepted here: base-url, batch-size, enabled, in-flight,"
                                + " mixed, region, type, write-key"),
                at(
                        "targets.web.write-key",
                        " ",
                        "targets.web.write-key: is blank: give it a value, or leave the key out where it is optional"),
                at(
                        "targets.web.write-key",
                        "${SEGMENT_WRITE_KEY}",
                        "targets.web.write-key: variable SEGMENT_WRITE_KEY is not set"),
                at(
                        "targets.web.write-key",
                        "${SEGMENT_WRITE_KEY:}",
                        "targets.web.write-key: is blank: give it a value, or leave the key out where it is optional"),
                at("targets.web.region", "uk", "targets.web.region: found \"uk\". Accepted: eu, us"),
                at(
                        "targets.web.base-url",
                        "ftp://x",
                        "targets.web.base-url: does not begin with http:// or https://. Accepted: an absolute http or"
                                + " https address such as \"https://api.example.com/prefix\""),
                at(
                        "targets.web.base-url",
                        "https://me:hidden@x",
                        "targets.web.base-url: holds a user or password, which do not belong in an address. Accepted:"
                                + " an absolute http or https address such as \"https://api.example.com/prefix\""),
                at(
                        "targets.web.base-url",
                        "https://x/?a=b",
                        "targets.web.base-url: has a query or a fragment. Accepted: an absolute http or https address"
                                + " such as \"https://api.example.com/prefix\""),
                at(
                        "targets.web.batch-size",
                        "0",
                        "targets.web.batch-size: found \"0\". Accepted: a whole number, 1 or more"),
                at("targets.web.mixed", "maybe", "targets.web.mixed: found \"maybe\". Accepted: true, false"),
                at(
                        "targets.web.type",
                        "segmnt",
                        "targets.web.type: found \"segmnt\"; did you mean \"segment\"? Accepted: queue, segment, webhook"),
                at(
                        "targets.Web_2.type",
                        "queue",
                        "targets.Web_2: \"Web_2\" is no valid name. Accepted: lower-case letters a-z and digits, in"
                                + " words joined by single dashes, such as \"power-users\"",
                        "targets.Web_2.topic: is missing: The topic to write to"),
                at(
                        "sources.exports.type",
                        "amplitud",
                        "sources.exports.type: found \"amplitud\"; did you mean \"amplitude\"? Accepted: amplitude, file, mixpanel, segment, sql"),
                at(
                        "sources.exports.url",
                        "x",
                        "sources.exports.url: unknown key. Accepted here: directory, enabled, type"),
                at(
                        "sources.warehouse.url",
                        "postgresql://x?secret",
                        "sources.warehouse.url: does not begin with \"jdbc:\". Accepted: a JDBC URL such as"
                                + " \"jdbc:postgresql://host/database\""),
                at(
                        "sources.warehouse.url",
                        "jdbc:x://y?user=a&password=hidden",
                        "sources.warehouse.url: holds a password: put it under \"password\", where it is kept out of"
                                + " logs"),
                at(
                        "sources.warehouse.password",
                        "",
                        "sources.warehouse.password: is blank: give it a value, or leave the key out where it is"
                                + " optional"),
                at(
                        "sources.more.directory",
                        "x",
                        "sources.more.type: is missing: it is one of amplitude, file, mixpanel, segment, sql"),
                at(
                        "syncs.trial.from.source",
                        "export",
                        "syncs.trial.from.source: there is no source \"export\"; did you mean \"exports\"? Known:"
                                + " exports, warehouse"),
                at(
                        "syncs.trial.from.source",
                        "warehouse",
                        "syncs.trial.from.cohort: a sql source is read with \"query\"",
                        "syncs.trial.from.query: is missing: the SQL that selects the members"),
                at(
                        "syncs.trial.from.query",
                        "select 1",
                        "syncs.trial.from.query: only a sql source takes a query; a file source is read with"
                                + " \"cohort\""),
                at(
                        "syncs.trial.from.cohorts.a",
                        "a.csv",
                        "syncs.trial.from.cohort: give either \"cohort\" or \"cohorts\""),
                at(
                        "syncs.trial.from.cohort",
                        "../secret.csv",
                        "syncs.trial.from.cohort: found \"../secret.csv\". Accepted: a file inside the source's"
                                + " directory, such as \"trial.csv\""),
                at(
                        "syncs.trial.from.member-key",
                        "property:",
                        "syncs.trial.from.member-key: found \"property:\". Accepted: the name of a field, or"
                                + " \"property:\" and a name"),
                at("syncs.trial.enabled", "si", "syncs.trial.enabled: found \"si\". Accepted: true, false"),
                at(
                        "syncs.trial.to",
                        "wbe",
                        "syncs.trial.to: there is no target \"wbe\"; did you mean \"web\"? Known: events, web"),
                at("syncs.trial.to", "", "syncs.trial.to: is empty: a list of at least one target"),
                at(
                        "time-zone",
                        "Europe/Berln",
                        "time-zone: found \"Europe/Berln\"; did you mean \"Europe/Berlin\"? Accepted: UTC, or a time"
                                + " zone such as \"Europe/Berlin\""),
                at("sandbox.demo", "true", "sandbox.demo: the demo needs the sandbox: set \"enabled: true\" beside it"),
                at(
                        "diff.memory",
                        "lots",
                        "diff.memory: found \"lots\". Accepted: a size of 1MB or more, such as 256MB"),
                at(
                        "diff.memory",
                        "512KB",
                        "diff.memory: found \"512KB\". Accepted: a size of 1MB or more, such as 256MB"),
                at("sandbox", "on", "sandbox: is text, but a section of keys is expected"),
                at(
                        "security.open",
                        "true",
                        "security.open: without a login the server has to be bound to loopback, but server.address is"
                                + " not set. Accepted: server.address: 127.0.0.1, or open: false"),
                at(
                        "syncs.trial.guard.max-exits",
                        "120%",
                        "syncs.trial.guard.max-exits: found \"120%\". Accepted: a number of members such as 500, a"
                                + " share from 0% to 100%, or off"),
                at(
                        "defaults.guard.max-enters",
                        "-1",
                        "defaults.guard.max-enters: found \"-1\". Accepted: a number of members such as 500, a share"
                                + " from 0% to 100%, or off"),
                at(
                        "syncs.trial.guard.window",
                        "a day",
                        "syncs.trial.guard.window: found \"a day\". Accepted: a duration such as \"30s\", \"15m\","
                                + " \"2h\" or \"1d\""),
                at(
                        "syncs.trial.guard.min-exits",
                        "many",
                        "syncs.trial.guard.min-exits: found \"many\". Accepted: a whole number, 0 or more"),
                at(
                        "syncs.trial.guard.first-run",
                        "held",
                        "syncs.trial.guard.first-run: found \"held\"; did you mean \"hold\"? Accepted: hold, send"),
                at("defaults.normalize", "lower", "defaults.normalize: unknown key. Accepted here: guard, schedule"));
    }

    private static Arguments at(String key, String value, String... problems) {
        return Arguments.of(key, value, problems);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("mistakes")
    void aMistakeIsToldInWords(String key, String value, String... problems) {
        Given given = Given.yaml(SOUND).properties(Map.of("cohort-sync." + key, value));

        assertThat(given.problems().stream()
                        .map(problem -> problem.replaceFirst("^cohort-sync\\.", "")
                                .replaceFirst(" \\(application.yaml:\\d+\\)", "")))
                .containsExactlyInAnyOrder(problems);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fortnightly | found \"fortnightly\". ACCEPTED",
                "0s | found \"0s\", which is too short. Accepted: \"1s\" or more",
                "500ms | found \"500ms\", which is too short. Accepted: \"1s\" or more",
                "on-change | on-change is for cohorts that are pushed to us; this one is read, so say how often."
                        + " ACCEPTED",
                "*/5 * * * * | \"*/5 * * * *\" has five fields, and Quartz cron expressions begin with the seconds;"
                        + " write \"0 */5 * * * ?\"",
                "30 6 * * 1-5 | \"30 6 * * 1-5\" has five fields, and Quartz cron expressions begin with the seconds;"
                        + " write \"0 30 6 ? * 2-6\"",
                "0 0 1 * 0,7 | \"0 0 1 * 0,7\" has five fields, and Quartz cron expressions begin with the seconds."
                        + " ACCEPTED",
                "0 0 0 30 2 ? | the cron expression \"0 0 0 30 2 ?\" never fires",
                "0 0 25 * * ? | \"0 0 25 * * ?\" is no valid Quartz cron expression: Hour values must be between 0"
                        + " and 23",
                "every day | found \"every day\". ACCEPTED",
            })
    void aScheduleThatIsNoneIsToldWithWhatIsAccepted(String schedule, String message) {
        String accepted = "Accepted: once, manual, hourly, daily, a duration such as \"15m\", {daily: \"06:30\"}, or a"
                + " Quartz cron expression such as \"0 30 6 * * ?\"";

        assertThat(Given.yaml(SOUND)
                        .properties(Map.of("cohort-sync.syncs.trial.schedule", schedule))
                        .problems())
                .containsExactly("cohort-sync.syncs.trial.schedule: " + message.replace("ACCEPTED", accepted));
    }

    @Test
    void aTimeOfDayThatIsNoneIsTold() {
        assertThat(Given.yaml(SOUND)
                        .properties(Map.of("cohort-sync.syncs.trial.schedule.daily", "24:00"))
                        .problems())
                .containsExactly(
                        "cohort-sync.syncs.trial.schedule.daily: found \"24:00\". Accepted: a time of day such as"
                                + " \"06:30\"");
    }

    @Test
    void noSecretIsShownByAnyProblem() {
        mistakes()
                .forEach(row -> assertThat((Object[]) row.get()[2])
                        .noneMatch(text -> text.toString().contains("hidden")));
    }
}
