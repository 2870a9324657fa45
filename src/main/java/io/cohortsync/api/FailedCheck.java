package io.cohortsync.api;

import io.cohortsync.config.SecretMask;
import io.cohortsync.source.IncompleteSnapshotException;
import io.cohortsync.source.NotYetException;
import io.cohortsync.source.UnansweredException;
import io.cohortsync.target.CredentialsRefusedException;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.http.base.HttpOperationFailedException;

/**
 * What it means that trying a source or a target went wrong.
 *
 * @param result {@code refused}, or {@code no answer} where nothing is known of what was tried
 */
record FailedCheck(String result, String words) {

    private static final String REFUSED = "refused";
    private static final String NO_ANSWER = "no answer";
    private static final int WORDS = 300;

    /** Of the statuses below 500, those that say nothing of credentials. */
    private static final Set<Integer> LATER = Set.of(408, 429);

    /** @throws Exception what was thrown, if neither a source nor a target has anything to do with it */
    static FailedCheck of(Exception thrown, SecretMask mask) throws Exception {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof HttpOperationFailedException answer) {
                String words = "HTTP " + answer.getStatusCode() + " "
                        + Optional.ofNullable(answer.getResponseBody()).orElse("");
                return cut(isRefusal(answer.getStatusCode()) ? REFUSED : NO_ANSWER, words, mask);
            }
            if (t instanceof NotYetException || t instanceof UnansweredException || t instanceof IOException) {
                return cut(NO_ANSWER, String.valueOf(t.getMessage()), mask);
            }
            if (t instanceof CredentialsRefusedException || t instanceof IncompleteSnapshotException) {
                return cut(REFUSED, t.getMessage(), mask);
            }
        }
        throw thrown;
    }

    private static boolean isRefusal(int status) {
        return status < 500 && !LATER.contains(status);
    }

    /** Masked before it is cut: half of a secret would not be known for one. */
    private static FailedCheck cut(String result, String words, SecretMask mask) {
        String said = mask.apply(words);
        return new FailedCheck(
                result, said.substring(0, Math.min(WORDS, said.length())).strip());
    }
}
