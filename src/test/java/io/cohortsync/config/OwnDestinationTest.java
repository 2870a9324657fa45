package io.cohortsync.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.route.RouteFile;
import io.cohortsync.testing.Readme;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The destination that README.md adds with one file, and what is said of each mistake in it. */
class OwnDestinationTest {

    private static final String PATH = "routes/destinations/braze.camel.yaml";
    private static final String FILE = Readme.yaml("# " + PATH);
    private static final String OPTIONS = "type: braze, api-key: k-1, base-url: \"http://x\"";

    private static Given given(String file, String options) {
        return Given.yaml("""
                        cohort-sync:
                          sources:
                            exports: { type: file, directory: cohorts }
                          targets:
                            mine: { %s }
                          syncs:
                            vip: { from: { source: exports, cohort: vip.csv }, to: [ mine ] }
                        """.formatted(options))
                .withRouteFile(new RouteFile("destinations/braze.camel.yaml", PATH, file));
    }

    @Test
    void itTakesLessThanFortyLines() {
        assertThat(FILE.lines()).hasSizeLessThan(40);
    }

    @Test
    void itsParametersAreItsOptions() {
        Given given = given(FILE, OPTIONS + ", rate: 7");
        assertThat(given.problems()).isEmpty();
        TargetSettings target = given.settings().targets().get("mine");

        assertThat(target.secrets()).isEqualTo(Map.of("api-key", new Secret("k-1")));
        assertThat(target.options()).isEqualTo(Map.of("base-url", "http://x"));
        assertThat(target.batchSize()).isEqualTo(75);
        assertThat(target.mixed()).isTrue();
        assertThat(target.rate()).hasValue(7);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            type: braze, base-url: "http://x"                               | targets.mine.api-key (application.yaml:5): is missing: A REST API key
            type: braze, api-key: k-1                                       | targets.mine.base-url (application.yaml:5): is missing
            type: braze, api-kei: k-1, api-key: k-1, base-url: "http://x"   | targets.mine.api-kei (application.yaml:5): unknown key; did you mean "api-key"?
            type: braze, api-key: k-1, base-url: "http://x", batch-size: 76 | targets.mine.batch-size (application.yaml:5): found "76". Accepted: a whole number from 1 to 75
            type: brase, api-key: k-1                                       | targets.mine.type (application.yaml:5): found "brase"; did you mean "braze"? Accepted: amplitude-cohorts, braze (routes/destinations/braze.camel.yaml), customerio
            """)
    void aMistakeInATargetIsToldWithItsFileAndLine(String options, String problem) {
        assertThat(given(FILE, options).problems())
                .singleElement()
                .asString()
                .startsWith("cohort-sync." + problem)
                .doesNotContain("k-1");
    }

    @Test
    void aPlaceholderThatIsNoParameterIsToldWithTheFile() {
        assertThat(given(FILE.replace("{{api-key}}", "{{api-kei}}"), OPTIONS).problems())
                .containsExactly(PATH + ": route template \"destination-braze\" uses {{api-kei}}, which is none of its"
                        + " parameters; did you mean \"api-key\"? Accepted: api-key, base-url, batch-size, in-flight, mixed, rate,"
                        + " target");
        assertThat(given(FILE.replace("{{api-key}}", "{{env:BRAZE}} {{some.property}}"), OPTIONS)
                        .problems())
                .isEmpty();
    }

    @Test
    void whatIsNoYamlIsToldWithTheFileAndTheLine() {
        assertThat(given(FILE.replace("      steps:", "      steps: ["), OPTIONS)
                        .problems())
                .anySatisfy(problem -> assertThat(problem).startsWith(PATH + ": is not valid YAML: line "));
    }

    @Test
    void anIdThatMakesNoDestinationIsToldWithTheFile() {
        List<String> problems = given(FILE.replace("id: destination-braze", "id: braze"), OPTIONS)
                .problems();
        assertThat(problems)
                .anySatisfy(problem -> assertThat(problem)
                        .isEqualTo(PATH + ": adds no destination: found the route template braze. Accepted: an id that"
                                + " begins with \"destination-\", such as \"destination-braze\", which makes"
                                + " \"type: braze\" valid"))
                .anySatisfy(problem -> assertThat(problem).contains("targets.mine.type", "found \"braze\""));
        assertThat(given(FILE.replace("id: destination-braze", "id: destination-brase"), OPTIONS)
                        .problems())
                .singleElement()
                .asString()
                .contains("found \"braze\"; did you mean \"brase\"?", "brase (" + PATH + ")");
    }
}
