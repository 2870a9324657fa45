package io.cohortsync.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Links to targets that keep lists of people: which cohort or segment they fill. */
class ListsTest {

    private static final String YAML = """
            cohort-sync:
              sources:
                exports: { type: file, directory: cohorts }
              targets:
                amp: { type: amplitude-cohorts, api-key: abcd, base-url: "https://amp", owner: ops@example.com }
                ownerless: { type: amplitude-cohorts, api-key: abcd, base-url: "https://other" }
                cio: { type: customerio, api-key: abcd, base-url: "https://cio" }
              syncs:
                vip:
                  from: { source: exports, cohort: vip.csv, cohort-name: "Very {id}" }
                  to: [ %s ]
            """;

    private static Given to(String... entries) {
        return Given.yaml(YAML.formatted(String.join(", ", entries))).routeFiles("lists.camel.yaml");
    }

    private static LinkSettings link(String entry) {
        return to(entry).settings().syncs().get("vip").links().get(0);
    }

    private static ListSettings list(String entry) {
        return link(entry).list().orElseThrow();
    }

    private static List<String> problems(String... entries) {
        return to(entries).problems().stream()
                .map(problem ->
                        problem.replaceFirst("^cohort-sync\\.", "").replaceFirst(" \\(application.yaml:\\d+\\)", ""))
                .toList();
    }

    @Test
    void byDefaultItIsTheListOfTheCohortsNameAndOneThatIsThereIsNotTouched() {
        assertThat(list("amp"))
                .isEqualTo(new ListSettings(
                        Optional.empty(), "Very {id}", false, "user-id", Optional.of("ops@example.com")));
        assertThat(list("cio"))
                .isEqualTo(new ListSettings(Optional.empty(), "Very {id}", false, "id", Optional.empty()));
    }

    @Test
    void theEntrysOwnWordsWin() {
        assertThat(list("{ target: amp, cohort-name: \"{id}: {name}\", owner: crm@example.com, if-exists: adopt,"
                        + " id-type: amplitude-id }"))
                .isEqualTo(new ListSettings(
                        Optional.empty(), "vip: Very {id}", true, "amplitude-id", Optional.of("crm@example.com")));
        assertThat(list("{ target: cio, segment: Power users, id-type: cio_id }")
                        .name())
                .isEqualTo("Power users");
    }

    @Test
    void aListThatIsThereIsNamedByItsIdAndNeedsNoOwner() {
        assertThat(list("{ target: ownerless, cohort-id: c0ffee1 }").id()).contains("c0ffee1");
        assertThat(list("{ target: cio, segment-id: 7 }").id()).contains("7");
    }

    @Test
    void eMailAddressesAreComparedInLowerCaseUnlessSaidOtherwise() {
        assertThat(link("{ target: cio, id-type: email }").normalize()).isEqualTo(Normalize.LOWER);
        assertThat(link("{ target: cio, id-type: email, normalize: trim }").normalize())
                .isEqualTo(Normalize.TRIM);
        assertThat(link("{ target: cio, id-type: id }").normalize()).isEqualTo(Normalize.TRIM);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "target: ownerless | owner: is missing: the login e-mail of whom the cohort will belong to, here or at"
                        + " the target; none is needed with \"cohort-id\"",
                "target: amp, cohort-id: a, cohort-name: b | cohort-name: give either \"cohort-name\" or \"cohort-id\"",
                "target: cio, segment-id: 7, segment: b | segment: give either \"segment\" or \"segment-id\"",
                "target: cio, segment-id: x7 | segment-id: found \"x7\". Accepted: a whole number, 1 or more",
                "target: amp, cohort-id: 12e34567 | cohort-id: found 12e34567, which YAML reads as Infinity: put it in"
                        + " quotes",
                "target: amp, cohort-name: \"a {nam}\" | cohort-name: found \"{nam}\"; did you mean \"name\"? Accepted:"
                        + " text, in which {name} and {id} stand for the cohort's",
                "target: amp, id-type: email | id-type: found \"email\". Accepted: amplitude-id, user-id",
                "target: cio, if-exists: replace | if-exists: found \"replace\". Accepted: adopt, fail",
                "target: cio, owner: me | owner: unknown key. Accepted here: enabled, id-type, if-exists, member-key,"
                        + " normalize, on-rename, segment, segment-id, target",
            })
    void aMistakeIsToldInWords(String entry, String problem) {
        assertThat(problems("{ " + entry + " }")).containsExactly("syncs.vip.to[0]." + problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "amp, cohort-name: VIP | cohort \"VIP\": give one of them another \"cohort-name\"",
                "amp, cohort-id: c1 | cohort id c1: leave one of them out",
                "cio, segment: VIP | segment \"VIP\": give one of them another \"segment\"",
            })
    void twoLinksMayNotFillOneList(String entry, String problem) {
        String target = entry.substring(0, 3);
        String more = """
                    all:
                      from: { source: exports, cohort: all.csv }
                      to: [ { target: %s } ]
                """.formatted(entry);
        List<String> problems = Given.yaml(YAML.formatted("{ target: " + entry + " }") + more)
                .routeFiles("lists.camel.yaml")
                .problems();
        assertThat(problems)
                .singleElement()
                .asString()
                .endsWith("links vip → " + target + " and all → " + target + " would both write the " + problem);
    }

    @Test
    void anOptionIsOneOfThoseThatTheTemplatesDescriptionNames() {
        Given other = to("amp").properties(Map.of("cohort-sync.targets.amp.amplitude-id-type", "BY_NAME"));
        assertThat(other.problems())
                .singleElement()
                .asString()
                .contains("found \"BY_NAME\". Accepted: BY_AMP_ID, BY_ID");
        assertThat(to("amp").settings().targets().get("amp").options()).containsEntry("amplitude-id-type", "BY_ID");
    }

    @Test
    void aBatchIsNoLargerThanTheTemplatesDescriptionSays() {
        Given large = to("amp").properties(Map.of("cohort-sync.targets.amp.batch-size", "100001"));
        assertThat(large.problems())
                .singleElement()
                .asString()
                .contains("found \"100001\". Accepted: a whole number from 1 to 100000");
        assertThat(to("amp").settings().targets().get("amp").batchSize()).isEqualTo(10_000);
    }
}
