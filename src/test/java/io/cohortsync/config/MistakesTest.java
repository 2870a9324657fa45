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

    private static final String SOUND = """
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
    void theSampleThatTheMistakesAreMadeInIsSound() {
        assertThat(Given.yaml(SOUND).problems()).isEmpty();
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                at(
                        "sinks.x",
                        "y",
                        "sinks: unknown key. Accepted here: defaults, sandbox, security, sources, syncs,"
                                + " targets, time-zone"),
                at(
                        "syncs.trial.shedule",
                        "hourly",
                        "syncs.trial.shedule: unknown key; did you mean \"schedule\"? Accepted here: enabled, from,"
                                + " guard, schedule, to"),
                at(
                        "syncs.trial.from.stale-after",
                        "1d",
                        "syncs.trial.from.stale-after: unknown key. Accepted here: cohort, cohort-name, cohorts,"
                                + " member-key, query, source"),
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
                        "targets.events.batch-size: unknown key. Accepted here: credential, enabled, keyboard, topic,"
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
                        "targets.web.type: found \"segmnt\"; did you mean \"segment\"? Accepted: queue, segment"),
                at(
                        "targets.Web_2.type",
                        "queue",
                        "targets.Web_2: \"Web_2\" is no valid name. Accepted: lower-case letters a-z and digits, in"
                                + " words joined by single dashes, such as \"power-users\"",
                        "targets.Web_2.topic: is missing: The topic to write to"),
                at(
                        "sources.exports.type",
                        "amplitude",
                        "sources.exports.type: found \"amplitude\". Accepted: file, sql"),
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
                at("sources.more.directory", "x", "sources.more.type: is missing: it is one of file, sql"),
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
                "on-change | on-change is for cohorts that are pushed to us; a file or sql source is read, so say how"
                        + " often. ACCEPTED",
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "traits: [email] | traits[0] | sending attributes along is deliberately not done: only membership is sent",
                "on-rename: pin | on-rename | unknown key. Accepted here: ALL",
                "trait: amplitud | trait | found \"amplitud\"; did you mean \"amplitude\"? Accepted: one of amplitude,"
                        + " amplitude-engage, mixpanel, or text that holds {name} or {id}",
                "trait: VIP | trait | found \"VIP\". Accepted: one of amplitude, amplitude-engage, mixpanel, or text"
                        + " that holds {name} or {id}",
                "trait: {name} | trait | is a section, but text is expected: text that begins with { has to be put in"
                        + " quotes",
                "normalize: upper | normalize | found \"upper\". Accepted: lower, none, trim",
                "integration: off | integration | found \"off\". Accepted: {name: …, version: …}, or none",
                "integration: {name: X} | integration.version | is missing: the integration's version",
                "integration: {name: X, version: 1.10} | integration.version | found 1.10, which YAML reads as 1.1: put"
                        + " it in quotes",
                "integrations: [All] | integrations | is a list, but text is expected",
                "integrations: All | integrations | is no JSON object. Accepted: a section such as {All: false,"
                        + " Amplitude: true}, or JSON as text",
                "integrations: {Customer.io: true} | integrations.Customer.io | a key that holds a dot has to be"
                        + " written as \"[Customer.io]\"",
            })
    void aMistakeInALinkIsToldInWords(String yaml, String key, String message) {
        String configuration = SOUND.replace("[ web ]", "[ { target: web, " + yaml + " } ]");
        String expected =
                message.replace("ALL", "enabled, integration, integrations, member-key, normalize, target, trait");

        assertThat(Given.yaml(configuration).problems())
                .containsExactly("cohort-sync.syncs.trial.to[0]." + key.replace("traits[0]", "traits")
                        + " (application.yaml:11): " + expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "12e34567 | Infinity",
                "0042 | 34",
                "1_000 | 1000",
                "1.50 | 1.5",
                "10:30 | 630",
                "yes | true",
                "0x1F | 31"
            })
    void anIdThatYamlWouldChangeHasToBePutInQuotes(String written, String read) {
        String inFlow = SOUND.replace("trial.csv", written);
        String inBlock = inFlow.replace("topic: members }", "topic: members}") + "      # the end\n";
        String message = "found " + written + ", which YAML reads as " + read + ": put it in quotes";

        assertThat(Given.yaml(inBlock).problems())
                .containsExactly("cohort-sync.syncs.trial.from.cohort (application.yaml:10): " + message);
        assertThat(Given.yaml(SOUND.replace("topic: members", "topic: " + written))
                        .problems())
                .containsExactly("cohort-sync.targets.events.topic (application.yaml:7): " + message);
        assertThat(Given.yaml(SOUND.replace("trial.csv", "\"" + written + "\"")).problems())
                .isEmpty();
        assertThat(Given.yaml(SOUND.replace("abc", written)).problems())
                .containsExactly("cohort-sync.targets.web.write-key (application.yaml:6):"
                        + " YAML does not read this as text: put it in quotes");
    }

    @ParameterizedTest
    @CsvSource({"123456", "1.5", "true", "2024-01-31", "c0ffee1", "-7"})
    void anIdThatStaysAsItIsWrittenNeedsNoQuotes(String written) {
        Settings settings = Given.yaml(SOUND.replace("trial.csv", written)).settings();

        assertThat(settings.syncs().get("trial").cohort()).isEqualTo(written);
    }

    @Test
    void aNameThatYamlTakesForANumberHasToBePutInQuotes() {
        assertThat(Given.yaml(SOUND.replace("trial:", "0042:")).problems())
                .containsExactly("cohort-sync.syncs[34] (application.yaml:10): needs a name that is text: a list has"
                        + " none, and a number or yes/no has to be put in quotes");
        assertThat(Given.yaml(SOUND.replace("trial:", "\"0042\":")).settings().syncs())
                .containsKey("0042");
    }

    @Test
    void twoLinksThatWriteOneTraitAreBothNamed() {
        String yaml =
                SOUND + "    other: { from: { source: warehouse, query: select 1, cohort-name: trial }, to: web }\n";

        assertThat(Given.yaml(yaml).problems())
                .containsExactly("cohort-sync.syncs.other.to (application.yaml:12): links trial → web and other → web"
                        + " would both write the trait \"trial\": give one of them another \"trait\" or"
                        + " \"cohort-name\"");
    }

    @Test
    void twoCohortsOfOneSyncMayNotWriteOneTrait() {
        String yaml = SOUND.replace("cohort: trial.csv", "cohorts: { a: a.csv, b: b.csv }, cohort-name: X");

        assertThat(Given.yaml(yaml).problems())
                .containsExactly("cohort-sync.syncs.trial.to[0] (application.yaml:11): links trial-a → web and trial-b"
                        + " → web would both write the trait \"X\": give one of them another \"trait\" or"
                        + " \"cohort-name\"");
    }

    @Test
    void aTargetMayBeListedOnlyOnceInASync() {
        assertThat(Given.yaml(SOUND.replace("[ web ]", "[ web, { target: web, trait: 'x {name}' } ]"))
                        .problems())
                .containsExactly("cohort-sync.syncs.trial.to[1] (application.yaml:11): target \"web\" is listed twice"
                        + " in this sync: leave one of them out");
    }

    @Test
    void anExpandedSyncMayNotTakeTheNameOfAnother() {
        String yaml = SOUND.replace("    trial:", "    tri-al:") + """
                    tri:
                      from: { source: exports, cohorts: { al: a.csv, B_c: b.csv } }
                      to: events
                """;

        assertThat(Given.yaml(yaml).problems())
                .containsExactly(
                        "cohort-sync.syncs.tri.from.cohorts.B_c (application.yaml:13): \"B_c\" is no valid name."
                                + " Accepted: lower-case letters a-z and digits, in words joined by single dashes,"
                                + " such as \"power-users\"",
                        "cohort-sync.syncs.tri (application.yaml:13): makes a sync named \"tri-al\", and so does"
                                + " cohort-sync.syncs.tri-al: rename one of them");
    }

    @Test
    void aTraitMayNotBeLongerThanSegmentTakes() {
        String yaml = SOUND.replace("[ web ]", "[ { target: web, trait: \"" + "é".repeat(500) + "{name}\" } ]");

        assertThat(Given.yaml(yaml).problems())
                .containsExactly("cohort-sync.syncs.trial.to[0].trait (application.yaml:11): makes a trait of 1005"
                        + " bytes for sync \"trial\". Accepted: 1000 at most");
    }

    @Test
    void whatIsMissingIsToldWithThePlaceWhereItBelongs() {
        String yaml = """
                cohort-sync:
                  sources:
                    a: { type: sql }
                  targets:
                    b: { type: segment }
                    c: { region: us }
                  syncs:
                    d: { enabled: true }
                    e: { from: { source: a }, to: [ { trait: amplitude } ] }
                """;

        assertThat(Given.yaml(yaml).problems())
                .containsExactly(
                        "cohort-sync.sources.a.url (application.yaml:3): is missing: a JDBC URL such as"
                                + " \"jdbc:postgresql://host/database\"",
                        "cohort-sync.targets.b.write-key (application.yaml:5): is missing: The source's write key in"
                                + " Segment",
                        "cohort-sync.targets.b.region (application.yaml:5): is missing: it is one of eu, us, unless"
                                + " \"base-url\" is given",
                        "cohort-sync.targets.c.type (application.yaml:6): is missing: it is one of queue, segment",
                        "cohort-sync.syncs.d.from (application.yaml:8): is missing: the source and the cohort to read",
                        "cohort-sync.syncs.d.to (application.yaml:8): is missing: a list of at least one target",
                        "cohort-sync.syncs.e.from.query (application.yaml:9): is missing: the SQL that selects the"
                                + " members",
                        "cohort-sync.syncs.e.to[0].target (application.yaml:9): is missing: name one of the targets:"
                                + " b, c");
    }

    @Test
    void aSourceWithAMistakeIsNotAlsoToldToBeUnknown() {
        assertThat(Given.yaml(SOUND.replace("directory: cohorts", "directory:")).problems())
                .containsExactly("cohort-sync.sources.exports.directory (application.yaml:3): is blank: give it a"
                        + " value, or leave the key out where it is optional");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1,true",
        "127.8.9.1,true",
        "::1,true",
        "localhost,true",
        "0.0.0.0,false",
        "192.168.1.5,false",
        "::,false",
        "example.com,false"
    })
    void anOpenServerHasToBeBoundToLoopback(String address, boolean accepted) {
        Given given =
                Given.yaml(SOUND).properties(Map.of("cohort-sync.security.open", "true", "server.address", address));

        assertThat(given.problems()).hasSize(accepted ? 0 : 1);
    }

    @Test
    void aMistakeInAVariableIsToldWithTheVariablesName() {
        assertThat(Given.yaml(SOUND)
                        .variables(Map.of("COHORT_SYNC_TARGETS_WEB_REGION", "uk"))
                        .problems())
                .containsExactly("cohort-sync.targets.web.region (environment variable"
                        + " COHORT_SYNC_TARGETS_WEB_REGION): found \"uk\". Accepted: eu, us");
    }

    @Test
    void aPrefixThatSpringWouldTakeForOursIsNotPassedOver() {
        assertThat(Given.yaml("cohortSync: { time-zone: UTC }").problems())
                .containsExactly("cohortSync.time-zone: nothing is read here; write \"cohort-sync\", with a dash");
    }

    @Test
    void noSecretIsShownByAnyProblem() {
        mistakes()
                .forEach(row -> assertThat((Object[]) row.get()[2])
                        .noneMatch(text -> text.toString().contains("hidden")));
    }
}
