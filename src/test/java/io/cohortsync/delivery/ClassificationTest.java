package io.cohortsync.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.Normalize;
import io.cohortsync.config.Secret;
import io.cohortsync.config.SecretMask;
import io.cohortsync.config.TargetSettings;
import io.cohortsync.delivery.Failure.Kind;
import io.cohortsync.diff.PlannedChange;
import io.cohortsync.link.Link;
import io.cohortsync.membership.Standing;
import io.cohortsync.testing.Configured;
import io.cohortsync.testing.FixedPlan;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.CannotGetJdbcConnectionException;

class ClassificationTest {

    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final String SEGMENT_RETRY_ON = "408,410,429,460,500,502-504,506-510,512-599";

    private final Classification classification =
            new Classification(new SecretMask(List.of("wk_secret")), Clock.fixed(NOW, ZoneOffset.UTC));

    private static Batch batch(String... keys) {
        TargetSettings target = new TargetSettings(
                "web",
                "segment",
                true,
                new TreeMap<>(Map.of("retry-on", SEGMENT_RETRY_ON)),
                Map.of("write-key", new Secret("wk_secret")),
                1000,
                4,
                true,
                OptionalInt.empty());
        LinkSettings settings = Configured.link("vip", target, "user_id", Normalize.NONE);
        Link link = new Link(1, settings, "vip", 0, 0, 0, Optional.empty(), true, OptionalLong.empty());
        LinkDelivery delivery = new LinkDelivery(null, new FixedPlan(link, List.of(), List.of()).cleared(), null, null);
        return new Batch(
                delivery,
                Arrays.stream(keys)
                        .map(key -> new PlannedChange(key, 1, true, Standing.NONE, "enter-0"))
                        .toList());
    }

    private static Exception answer(int status, Map<String, String> headers, String body) {
        return new HttpOperationFailedException("http://example.com", status, "", null, headers, body);
    }

    private Failure of(Throwable thrown) {
        return classification.of(batch("ann"), thrown);
    }

    private Optional<Duration> retryAfter(String header, String value) {
        return of(answer(503, Map.of(header, value), "")).retryAfter();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Retry-After", "retry-after", "RETRY-AFTER", "Retry-after"})
    void theHeaderIsFoundHoweverItsNameIsWritten(String name) {
        assertThat(retryAfter(name, "7")).contains(Duration.ofSeconds(7));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1                             | 1
            0                             | 1
            ' 12 '                        | 12
            299                           | 299
            300                           | 300
            301                           | 300
            999999999                     | 300
            Sat, 21 Nov 2026 10:00:42 GMT | 42
            Sat, 21 Nov 2026 10:00:00 GMT | 1
            Sat, 21 Nov 2026 12:00:00 GMT | 300
            """)
    void secondsAndDatesAreUnderstoodNotUnderOneSecondAndNotOverFiveMinutes(String value, long seconds) {
        assertThat(retryAfter("Retry-After", value)).contains(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "soon", "-1", "1.5", "99999999999999999999", "Sat, 21 Nov 2026 09:59:59 GMT", "2026-11-21"})
    void rubbishAndDatesOfThePastAreNoWish(String value) {
        assertThat(retryAfter("Retry-After", value)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 410, 429, 460, 500, 502, 503, 504, 506, 510, 512, 599})
    void everyStatusThatMayPassMayCarryTheWish(int status) {
        Failure failure = of(answer(status, Map.of("Retry-After", "3"), ""));

        assertThat(failure.kind()).isEqualTo(Kind.TRY_LATER);
        assertThat(failure.retryAfter()).contains(Duration.ofSeconds(3));
    }

    @Test
    void onlyACallThatSurelyNeverArrivedLeavesNoDoubt() {
        assertThat(of(new ConnectException("refused")).maybeApplied()).isFalse();
        assertThat(of(answer(429, Map.of(), "")).maybeApplied()).isFalse();
        assertThat(of(answer(400, Map.of(), "")).maybeApplied()).isFalse();
        assertThat(of(new SocketTimeoutException("Read timed out")).maybeApplied())
                .isTrue();
        assertThat(of(answer(503, Map.of(), "")).maybeApplied()).isTrue();
        assertThat(of(answer(460, Map.of(), "")).maybeApplied()).isTrue();
    }

    @Test
    void whatIsWrappedIsFound() {
        Exception wrapped = new RuntimeCamelException(new CamelExecutionException("x", null, answer(401, null, null)));

        assertThat(of(wrapped).kind()).isEqualTo(Kind.MISCONFIGURED);
        assertThat(of(new RuntimeException(new IOException("reset"))).kind()).isEqualTo(Kind.TRY_LATER);
        assertThat(of(new IllegalStateException("a mistake in a route")).kind()).isEqualTo(Kind.MISCONFIGURED);
    }

    @Test
    void aNodeThatStopsIsNotTheTargetsFault() {
        assertThat(of(new InterruptedException()).kind()).isEqualTo(Kind.TRY_LATER);
        assertThat(of(new RejectedExecutionException()).kind()).isEqualTo(Kind.TRY_LATER);
        assertThat(of(new NotTriedException("paused")).kind()).isEqualTo(Kind.NOT_TRIED);
        assertThat(of(new NotTriedException("paused")).maybeApplied()).isFalse();
    }

    @Test
    void aStateDatabaseThatDoesNotAnswerIsToldFromATarget() {
        assertThat(classification.stateUnavailable(
                        new CannotGetJdbcConnectionException("x", new java.sql.SQLTransientConnectionException())))
                .isTrue();
        assertThat(classification.stateUnavailable((Exception) answer(503, null, null)))
                .isFalse();
    }

    @Test
    void whatTheVendorSaysIsKeptOnOneLineWithoutSecretsAndMemberKeys() {
        Failure failure = classification.of(
                batch("ann@example.com", "4", "a.b"),
                answer(400, Map.of(), " bad\n\tuser\u001b ann@example.com (key wk_secret)\r\nnumber 4 of 45; a.b axb"));

        assertThat(failure.words()).isEqualTo("HTTP 400 bad user *** (key ***) number *** of 45; *** axb");
    }

    @Test
    void whatTheVendorSaysIsCut() {
        assertThat(of(answer(400, Map.of(), "x".repeat(10_000))).words()).hasSizeLessThan(520);
        assertThat(of(answer(400, Map.of(), null)).words()).isEqualTo("HTTP 400");
        assertThat(List.of(of(new IOException()).words())).containsExactly("no answer: IOException");
    }

    @Test
    void anAnswerThatIsNoJsonIsNotQuoted() {
        assertThatThrownBy(() -> new ObjectMapper().readTree("<html>bob@example.com"))
                .satisfies(thrown -> {
                    Failure failure = of(thrown);
                    assertThat(failure.kind()).isEqualTo(Failure.Kind.TRY_LATER);
                    assertThat(failure.words()).isEqualTo("no answer: the answer is not the JSON that was expected");
                });
        assertThatThrownBy(() -> new ObjectMapper().readValue("[\"bob@example.com\"]", int.class))
                .satisfies(thrown -> assertThat(of(thrown).words()).doesNotContain("bob"));
    }
}
