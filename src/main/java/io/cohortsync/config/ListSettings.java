package io.cohortsync.config;

import java.util.Optional;

/**
 * The list of people at its target that a link fills: a cohort of Amplitude's, a segment of Customer.io's (contracts,
 * sections 4 and 8).
 *
 * @param id the list that is there already, as {@code cohort-id} or {@code segment-id} names it, at most 200 characters;
 *     empty: the list is found or created by its name
 * @param name its name, with {@code {name}} and {@code {id}} filled in
 * @param adopt whether a list of that name that is there already may be filled; false: that fails
 * @param idType what the member keys are to the target: {@code user-id | amplitude-id} at Amplitude,
 *     {@code id | email | cio_id} at Customer.io
 * @param owner at Amplitude, the login e-mail of whom a new cohort belongs to, the entry's or else the target's; there
 *     whenever {@code id} is not
 */
public record ListSettings(Optional<String> id, String name, boolean adopt, String idType, Optional<String> owner) {

    ListSettings named(String cohortName) {
        return new ListSettings(id, Placeholders.named(name, cohortName), adopt, idType, owner);
    }

    /** Which list it is, in words a person can compare. */
    public String which() {
        return id.map(known -> "id " + known).orElse("\"" + name + "\"");
    }
}
