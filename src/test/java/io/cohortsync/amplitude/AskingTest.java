package io.cohortsync.amplitude;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.config.Secret;
import io.cohortsync.config.SecuritySettings;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SourceSettings.AmplitudeSource;
import io.cohortsync.config.SourceSettings.Api;
import io.cohortsync.source.DownloadedCohorts;
import io.cohortsync.source.IncompleteSnapshotException;
import io.cohortsync.source.QuotaSpentException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.util.unit.DataSize;

/** What is made of Amplitude's answers, with a clock that a test moves. */
class AskingTest {

    private static final String AMP = "amp";

    private Instant now = Instant.parse("2026-11-22T10:00:00Z");

    private final Clock clock = new Clock() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    };

    private final Asking asking = new Asking(
            new Settings(
                    ZoneOffset.UTC,
                    Map.of(
                            AMP,
                            new AmplitudeSource(
                                    AMP,
                                    true,
                                    Optional.of(new Api("http://host/prefix", new Secret("k"), new Secret("s"))),
                                    500,
                                    Duration.ofSeconds(10),
                                    Optional.empty())),
                    Map.of(),
                    Map.of(),
                    false,
                    false,
                    new SecuritySettings(true),
                    DataSize.ofMegabytes(1)),
            clock);

    private final Downloading downloading = new Downloading(new ObjectMapper(), new DownloadedCohorts(), asking, clock);

    private static InputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private Job job() {
        return downloading.begun(AMP, text("{\"request_id\":\"rq/9\",\"cohort_id\":\"c\"}"));
    }

    @Test
    void addressesAreThoseOfTheContract() {
        assertThat(asking.list(AMP).uri()).isEqualTo("http://host/prefix/api/3/cohorts");
        assertThat(asking.status(job()).uri()).isEqualTo("http://host/prefix/api/5/cohorts/request-status/rq%2F9");
        assertThat(asking.file(job()).uri()).isEqualTo("http://host/prefix/api/5/cohorts/request/rq%2F9/file");
    }

    @Test
    void aBusyAmplitudeIsAskedLessAndLessOften() {
        Ask ask = asking.status(job());
        for (int seconds : new int[] {10, 20, 40, 80, 120, 120, 120}) {
            ask = asking.answered(ask, 429, null, text("Exceeded the limit"));
            assertThat(ask.isOpen()).isTrue();
            assertThat(ask.waitMillis()).isEqualTo(seconds * 1_000L);
        }
        assertThat(asking.answered(ask, 429, "200", null).waitMillis()).isEqualTo(200_000);
        assertThat(asking.answered(ask, 429, "86400", null).waitMillis()).isEqualTo(300_000);
        Ask last = ask;
        now = now.plus(Duration.ofMinutes(29));
        assertThatThrownBy(() -> asking.answered(last, 429, null, text("Exceeded the limit")))
                .isInstanceOf(IncompleteSnapshotException.class)
                .hasMessage("Amplitude was too busy for whether the download is ready for too long: HTTP 429 Exceeded"
                        + " the limit");
    }

    @Test
    void beforeAnythingIsBegunABusyAmplitudePostponesTheRun() {
        Ask ask = asking.list(AMP);
        for (int i = 0; i < 5; i++) {
            ask = asking.answered(ask, 429, null, text("Exceeded 5 concurrent"));
        }
        Ask last = ask;
        assertThatThrownBy(() -> asking.answered(last, 429, null, text("Exceeded 5 concurrent")))
                .isInstanceOf(QuotaSpentException.class)
                .hasMessage("waiting for quota until 2026-11-22T10:10:00Z: Amplitude is too busy for the list of"
                        + " cohorts: HTTP 429 Exceeded 5 concurrent");
        assertThat(asking.patience(ask)).isEqualTo(Duration.ofSeconds(10));
        assertThat(asking.patience(asking.file(job()))).isEqualTo(Duration.ofMinutes(30));
    }

    @Test
    void theThirdFailureIsOneTooManyWhateverWasBusyBetween() {
        Ask ask = asking.unanswered(asking.list(AMP), new SocketTimeoutException("secret words"));
        ask = asking.answered(ask, 429, null, null);
        ask = asking.answered(ask, 503, null, null);
        Ask last = ask;
        assertThatThrownBy(() -> asking.unanswered(last, new RuntimeException(new SocketTimeoutException("secret"))))
                .isInstanceOf(IncompleteSnapshotException.class)
                .hasMessage("Amplitude failed 3 times when asked for the list of cohorts: no answer"
                        + " (SocketTimeoutException)");
    }

    @ParameterizedTest
    @CsvSource({
        "400, Amplitude refused the list of cohorts: HTTP 400 no",
        "401, Amplitude refuses the keys of source amp (of its region?): HTTP 401 no",
        "403, Amplitude refuses the keys of source amp (of its region?): HTTP 403 no",
        "302, Amplitude refused the list of cohorts: HTTP 302 no"
    })
    void whatIsRefusedIsNotAskedAgain(int status, String words) {
        assertThatThrownBy(() -> asking.answered(asking.list(AMP), status, null, text("no")))
                .isInstanceOf(IncompleteSnapshotException.class)
                .hasMessage(words);
    }

    @Test
    void aDownloadIsWaitedForSoLongAndNoLonger() {
        Job job = job();
        assertThat(downloading
                        .polled(job, 202, text("{\"async_status\":\"JOB INPROGRESS\"}"))
                        .isRunning())
                .isTrue();
        assertThat(downloading
                        .polled(job, 200, text("{\"async_status\":\"JOB COMPLETED\"}"))
                        .isRunning())
                .isFalse();
        assertThatThrownBy(() -> downloading.polled(job, 200, text("{\"async_status\":\"JOB FAILED\"}")))
                .hasMessage("Amplitude could not prepare the download: JOB FAILED");
        now = now.plus(Duration.ofMinutes(30)).plusSeconds(1);
        assertThatThrownBy(() -> downloading.polled(job, 202, text("{}")))
                .isInstanceOf(IncompleteSnapshotException.class)
                .hasMessage("Amplitude had not prepared the download after 30 minutes");
    }

    @Test
    void aLinkIsKeptAsItWasSignedAndShownToNobody() {
        Ask ask = asking.file(job());
        FileLink link = downloading.link(ask, "https://b.s3.amazonaws.com/a%2Bb.gz?X-Amz-Signature=ab%2Fc%3D&x=%20y");
        assertThat(link.uri()).isEqualTo("https://b.s3.amazonaws.com/a%2Bb.gz");
        assertThat(link.query()).isEqualTo("X-Amz-Signature=ab%2Fc%3D&x=%20y");
        assertThat(link).hasToString("(a secret link)");
        assertThat(downloading.link(ask, "/files/x").uri()).isEqualTo("http://host/files/x");
        assertThatThrownBy(() -> downloading.link(ask, "https://b.s3.amazonaws.com/x y?X-Amz-Signature=abc"))
                .hasMessage("Amplitude's link to the file is no address")
                .hasNoCause();
    }
}
