package io.cohortsync.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.cohortsync.route.RouteFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.core.io.ClassPathResource;

class SchemaTest {

    private static final JsonNode SCHEMA = load();

    private static JsonNode load() {
        try (var file = new ClassPathResource("META-INF/cohort-sync.schema.json").getInputStream()) {
            return new ObjectMapper().readTree(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Set<ValidationMessage> mistakes(String yaml) {
        JsonSchema schema = JsonSchemaFactory.getInstance(VersionFlag.V7).getSchema(SCHEMA);
        return schema.validate(yaml, InputFormat.YAML);
    }

    static Stream<Arguments> keys() {
        return Stream.concat(
                Map.ofEntries(
                                Map.entry("root", Keys.ROOT),
                                Map.entry("defaults", Keys.DEFAULTS),
                                Map.entry("sandbox", Keys.SANDBOX),
                                Map.entry("security", Keys.SECURITY),
                                Map.entry("target", Keys.TARGET),
                                Map.entry("target-segment", target("segment")),
                                Map.entry("target-customerio", target("customerio")),
                                Map.entry("target-amplitude-cohorts", target("amplitude-cohorts")),
                                Map.entry("sync", Keys.SYNC),
                                Map.entry("from", Keys.FROM),
                                Map.entry("schedule-daily", Keys.SCHEDULE),
                                Map.entry("guard", Keys.GUARD),
                                Map.entry("diff", Keys.DIFF),
                                Map.entry("to", Keys.TO),
                                Map.entry("to-segment", to("segment")),
                                Map.entry("to-amplitude-cohorts", to("amplitude-cohorts")),
                                Map.entry("to-customerio", to("customerio")),
                                Map.entry("integration", Keys.INTEGRATION))
                        .entrySet()
                        .stream()
                        .map(entry -> Arguments.of(entry.getKey(), entry.getValue())),
                Keys.SOURCE.entrySet().stream()
                        .map(entry -> Arguments.of("source-" + entry.getKey(), entry.getValue())));
    }

    private static Collection<String> target(String type) {
        return DestinationCatalog.of(RouteFiles.find()).find(type).orElseThrow().keys();
    }

    private static List<String> to(String type) {
        List<String> keys = new ArrayList<>(Keys.TO);
        keys.addAll(Keys.TO_OF_TYPE.get(type));
        return keys;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keys")
    void theKeysAnEditorOffersAreTheOnesThatAreAccepted(String definition, Collection<String> accepted) {
        JsonNode properties = SCHEMA.at("/definitions/" + definition + "/properties");

        assertThat(properties.fieldNames()).toIterable().containsExactlyInAnyOrderElementsOf(accepted);
        properties.forEach(property -> assertThat(property.has("description") || property.has("$ref"))
                .as(property.toString())
                .isTrue());
    }

    @Test
    void noDefinitionIsWithoutATestOfItsKeys() {
        List<String> tested = keys().map(row -> row.get()[0].toString()).toList();

        SCHEMA.get("definitions").fields().forEachRemaining(definition -> {
            if (definition.getValue().path("additionalProperties").isBoolean()) {
                assertThat(tested).contains(definition.getKey());
            }
        });
    }

    @Test
    void aConfigurationThatTheReaderAcceptsIsAcceptedByTheSchema() {
        assertThat(mistakes(SettingsReaderTest.FULL)).isEmpty();
        assertThat(mistakes("spring: { main: { banner-mode: off } }")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "segment-web: { | Segment_Web: {",
                "schedule: 15m | shedule: 15m",
                "region: eu | region: uk",
                "max-enters: 5000 | max-enter: 5000",
                "directory: old | url: old",
                "normalize: lower | normalise: lower",
            })
    void anEditorMarksWhatTheReaderRefuses(String right, String wrong) {
        assertThat(mistakes(SettingsReaderTest.FULL.replace(right, wrong))).isNotEmpty();
    }
}
