package io.cohortsync.sandbox;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;
import java.util.Optional;

/**
 * Somebody Customer.io knows.
 *
 * @param number in the order in which people were identified
 * @param id empty: known by e-mail address alone
 * @param email empty: known by id alone
 */
record CustomerIoPerson(long number, Optional<String> id, Optional<String> email) {

    /** The identifier that Customer.io itself gives. */
    @JsonProperty
    String cioId() {
        return String.format(Locale.ROOT, "cio%08x", number);
    }
}
