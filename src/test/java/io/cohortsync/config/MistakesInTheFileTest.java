package io.cohortsync.config;

import static io.cohortsync.config.MistakesTest.SOUND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mistakes that show only in the file's own text, or in what several keys say together. */
class MistakesInTheFileTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "traits: [email] | traits[0] | sending attributes along is deliberately not done: only membership is sent",
                "on-rename: follow | on-rename | found \"follow\". Accepted: migrate, pin",
                "colour: red | colour | unknown key. Accepted here: ALL",
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
        String expected = message.replace(
                "ALL", "enabled, integration, integrations, member-key, normalize, on-rename, target, trait");

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
    void aSectionWhoseNameIsNearlyOursIsNotPassedOver() {
        assertThat(Given.yaml(SOUND.replace("cohort-sync:", "cohort-synk:")).problems())
                .containsExactly("cohort-synk: nothing is read here; did you mean \"cohort-sync\"?");
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
                        "cohort-sync.targets.c.type (application.yaml:6): is missing: it is one of queue, segment, webhook",
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
}
