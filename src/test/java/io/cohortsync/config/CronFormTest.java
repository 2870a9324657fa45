package io.cohortsync.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneOffset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CronFormTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*/5 * * * * | 0 */5 * * * ?",
                "0 6 * * * | 0 0 6 * * ?",
                "0 6 1 * * | 0 0 6 1 * ?",
                "0 6 * * 0 | 0 0 6 ? * 1",
                "0 6 * * 7 | 0 0 6 ? * 1",
                "0 6 * * 1-5 | 0 0 6 ? * 2-6",
                "0 6 * * 1,3,5 | 0 0 6 ? * 2,4,6",
                "0 6 * * MON-FRI | 0 0 6 ? * MON-FRI",
                "15 14 1 1,7 * | 0 15 14 1 1,7 ?",
            })
    void fiveFieldsAreTurnedIntoTheFormOfQuartz(String five, String quartz) {
        assertThat(CronForm.ofFiveFields(five, ZoneOffset.UTC)).contains(quartz);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"0 6 1 * 1", "61 * * * *", "a b c d e"})
    void whatQuartzCannotSayIsNotTurnedIntoAnything(String five) {
        assertThat(CronForm.ofFiveFields(five, ZoneOffset.UTC)).isEmpty();
    }
}
