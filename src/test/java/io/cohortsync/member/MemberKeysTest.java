package io.cohortsync.member;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.config.Normalize;
import io.cohortsync.member.MemberKeys.Reading;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemberKeysTest {

    private static String usable(String value, Normalize normalize) {
        Reading.Usable usable = (Reading.Usable) MemberKeys.read(value, normalize);
        assertThat(usable.utf8()).isEqualTo(usable.key().getBytes(StandardCharsets.UTF_8));
        return usable.key();
    }

    private static Reading trimmed(String value) {
        return MemberKeys.read(value, Normalize.TRIM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\r\n", "\u2003", "\u3000"})
    void aBlankValueIsNobodyWhateverTheNormalisation(String blank) {
        for (Normalize normalize : Normalize.values()) {
            assertThat(MemberKeys.read(blank, normalize)).isInstanceOf(Reading.Anonymous.class);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "NONE| Ann | Ann ",
                "TRIM| Ann |Ann",
                "LOWER| Ann |ann",
                "LOWER|ANN@EXAMPLE.COM|ann@example.com",
                "LOWER|ÄRZTIN|ärztin",
                "TRIM|a b|a b",
                "TRIM|0042|0042"
            })
    void aKeyIsNormalisedAsTheLinkSays(Normalize normalize, String value, String key) {
        assertThat(usable(value, normalize)).isEqualTo(key);
    }

    @Test
    void lowerCaseDoesNotDependOnTheMachinesLanguage() {
        java.util.Locale before = java.util.Locale.getDefault();
        try {
            java.util.Locale.setDefault(java.util.Locale.forLanguageTag("tr"));
            assertThat(usable("IDA", Normalize.LOWER)).isEqualTo("ida");
        } finally {
            java.util.Locale.setDefault(before);
        }
    }

    @ParameterizedTest
    @CsvSource({"a,512", "ä,256", "€,170", "😀,128"})
    void fiveHundredAndTwelveBytesOfUtf8AreTakenAndNotOneMore(String letter, int count) {
        String longest =
                letter.repeat(count) + "x".repeat(512 - count * letter.getBytes(StandardCharsets.UTF_8).length);
        assertThat(usable(longest, Normalize.NONE)).isEqualTo(longest);
        assertThat(MemberKeys.read(longest + "x", Normalize.NONE)).isInstanceOf(Reading.Invalid.class);
    }

    @Test
    void theLengthIsThatOfTheNormalisedKey() {
        assertThat(trimmed("x".repeat(512) + "   ")).isInstanceOf(Reading.Usable.class);
        // This letter takes three bytes in lower case and two in upper case.
        assertThat(MemberKeys.read("İ".repeat(200), Normalize.LOWER)).isInstanceOf(Reading.Invalid.class);
        assertThat(MemberKeys.read("İ".repeat(200), Normalize.NONE)).isInstanceOf(Reading.Usable.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\u0000", "a\u0000b", "\ud83d", "\ude00", "a\ud83d b", "\ude00\ud83d", "\ud83d\ud83d\ude00"})
    void whatIsNoTextIsInvalidAndItsReasonDoesNotHoldIt(String value) {
        assertThat(trimmed(value))
                .isInstanceOfSatisfying(
                        Reading.Invalid.class,
                        invalid -> assertThat(invalid.reason()).isNotBlank().doesNotContain(value));
    }

    @Test
    void aPairOfSurrogatesIsOneCharacter() {
        assertThat(usable("😀 ok 😀", Normalize.TRIM)).isEqualTo("😀 ok 😀");
    }
}
