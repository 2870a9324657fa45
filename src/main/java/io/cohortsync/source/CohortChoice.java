package io.cohortsync.source;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A cohort that a sync can be given.
 *
 * @param id what {@code cohort} in a sync's {@code from} names
 * @param name what people call it at the source, where it has a name
 * @param size how many members it has, where that is known
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record CohortChoice(String id, Optional<String> name, OptionalLong size) {}
