package io.cohortsync.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cohortsync.config.SecretMask;
import io.cohortsync.source.IncompleteSnapshotException;
import io.cohortsync.source.NotYetException;
import io.cohortsync.source.UnansweredException;
import io.cohortsync.target.CredentialsRefusedException;
import java.net.ConnectException;
import java.util.List;
import java.util.Map;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A check that failed says the same of a source as of a target. */
class FailedCheckTest {

    private static final SecretMask MASK = new SecretMask(List.of("s3cret-word"));

    private static FailedCheck of(Exception thrown) throws Exception {
        return FailedCheck.of(new IllegalStateException(thrown), MASK);
    }

    private static HttpOperationFailedException answer(int status, String body) {
        return new HttpOperationFailedException("http://host", status, "", null, Map.of(), body);
    }

    @ParameterizedTest
    @CsvSource({
        "400,refused",
        "401,refused",
        "404,refused",
        "408,no answer",
        "429,no answer",
        "500,no answer",
        "503,no answer"
    })
    void aStatusThatMayBeAnotherOneLaterIsNoRefusal(int status, String result) throws Exception {
        assertThat(of(answer(status, "said"))).isEqualTo(new FailedCheck(result, "HTTP " + status + " said"));
    }

    @Test
    void whoIsNotHeardOfHasRefusedNothing() throws Exception {
        for (Exception unheard :
                List.of(new ConnectException("why"), new NotYetException("why"), new UnansweredException("why"))) {
            assertThat(of(unheard)).isEqualTo(new FailedCheck("no answer", "why"));
        }
        for (Exception refused :
                List.of(new CredentialsRefusedException("why"), new IncompleteSnapshotException("why"))) {
            assertThat(of(refused)).isEqualTo(new FailedCheck("refused", "why"));
        }
    }

    @Test
    void longWordsAreCutAfterSecretsAreMaskedAndWhatIsNobodysFaultIsThrown() throws Exception {
        String words = of(answer(401, "x".repeat(285) + "s3cret-word")).words();
        assertThat(words).hasSizeLessThanOrEqualTo(300).doesNotContain("s3c");
        IllegalArgumentException ours = new IllegalArgumentException("ours");
        assertThatThrownBy(() -> FailedCheck.of(ours, MASK)).isSameAs(ours);
    }
}
