package io.cohortsync.mixpanel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Mixpanel may type as anything becomes a member key without losing a digit. */
class JsonTextTest {

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"ann\" | ann",
                "\"0042\" | 0042",
                "\"1e21\" | 1e21",
                "42 | 42",
                "0 | 0",
                "-7 | -7",
                "42.0 | 42",
                "42.50 | 42.5",
                "1e21 | 1000000000000000000000",
                "1.7E3 | 1700",
                "12e-1 | 1.2",
                "9007199254740993 | 9007199254740993",
                "123456789012345678901234567890 | 123456789012345678901234567890",
                "true | true",
                "false | false",
                "null | ``",
                "\"\" | ``",
                "{} | INVALID",
                "[\"ann\"] | INVALID",
                "1e400 | 1REST",
                "1e401 | INVALID",
                "1e-401 | INVALID",
                "1e2147483648 | INVALID",
                "-1e-99999999999 | INVALID"
            })
    void aValueIsOneText(String json, String text) throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            parser.nextToken();
            assertThat(JsonText.of(parser))
                    .isEqualTo(text.replace("INVALID", "\u0000").replace("REST", "0".repeat(400)));
        }
    }
}
