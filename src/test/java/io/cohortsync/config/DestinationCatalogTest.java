package io.cohortsync.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.config.Destination.Parameter;
import io.cohortsync.route.RouteFile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DestinationCatalogTest {

    private final DestinationCatalog catalog = Given.catalog();

    @Test
    void aTemplateWhoseIdBeginsWithDestinationIsAType() {
        assertThat(catalog.destinations().keySet()).containsExactly("queue", "segment", "webhook");
        assertThat(catalog.problems()).isEmpty();
    }

    @Test
    void aParameterNamedAfterARegionDeclaresTheRegion() {
        Destination segment = catalog.find("segment").orElseThrow();

        assertThat(segment.regions()).containsExactly("eu", "us");
        assertThat(segment.addresses("us")).isEqualTo(Map.of("base-url", "https://api.segment.io"));
        assertThat(segment.addresses("eu")).isEqualTo(Map.of("base-url", "https://events.eu1.segmentapis.com"));
    }

    @Test
    void aTargetMayHoldWhatTheTemplateDeclaresAndWhatWeAdd() {
        assertThat(catalog.find("segment").orElseThrow().keys())
                .containsExactly(
                        "base-url", "batch-size", "enabled", "in-flight", "mixed", "region", "type", "write-key");
        assertThat(catalog.find("queue").orElseThrow().keys())
                .containsExactly("credential", "enabled", "layout", "topic", "type");
    }

    @Test
    void aParameterIsRequiredUnlessItHasADefaultOrSaysOtherwise() {
        assertThat(catalog.find("queue").orElseThrow().parameters().values())
                .containsExactly(
                        new Parameter(
                                "credential", "What opens the queue (format: password)", Optional.empty(), false, true),
                        new Parameter("layout", "", Optional.of("qwerty"), false, false),
                        new Parameter("topic", "The topic to write to", Optional.empty(), true, false));
    }

    @ParameterizedTest
    @CsvSource({
        "write-key,true",
        "key,true",
        "api-secret-x,true",
        "token,true",
        "webhook-password,true",
        "layout,false",
        "apikey,true",
        "authToken,true",
        "monkey,true",
        "user,false"
    })
    void aNameThatHoldsAWordForASecretIsASecret(String name, boolean secret) {
        assertThat(Parameter.namesSecret(name)).isEqualTo(secret);
    }

    @Test
    void aFileThatIsNoYamlIsAProblemThatDoesNotShowItsLines() {
        RouteFile broken = new RouteFile("a.camel.yaml", "routes/a.camel.yaml", "- a: [ hidden\n- b: }");

        assertThat(DestinationCatalog.of(List.of(broken)).problems())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.where()).isEqualTo("routes/a.camel.yaml");
                    assertThat(problem.message())
                            .startsWith("is not valid YAML: line 2, column")
                            .doesNotContain("hidden");
                });
    }

    @Test
    void aTypeThatIsDefinedTwiceIsAProblemThatNamesBothFiles() {
        RouteFile again = new RouteFile(
                "mine.camel.yaml", "routes/mine.camel.yaml", "- routeTemplate: { id: destination-segment }");

        assertThat(DestinationCatalog.of(List.of(Given.routeFile("segment.camel.yaml"), again))
                        .problems())
                .containsExactly(new Problem(
                        "routes/mine.camel.yaml",
                        "route template \"destination-segment\" is already defined in"
                                + " packaged routes/destinations/segment.camel.yaml: give one of them another id"));
    }

    @Test
    void aFileWithNothingToReadInItIsPassedOver() {
        for (String text :
                List.of("", "a: b", "- x\n- 3", "- routeTemplate:\n    id: destination-x\n    parameters: 3")) {
            assertThat(DestinationCatalog.of(List.of(new RouteFile("a", "a", text)))
                            .problems())
                    .isEmpty();
        }
    }
}
