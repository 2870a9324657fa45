package io.cohortsync.config;

import java.util.Optional;

/** Which value of a source's record is the member key. */
public sealed interface MemberKeyField {

    /** The name of the column or property that holds it; empty: there is only one. */
    Optional<String> name();

    /** How it is told to a person. */
    default String words() {
        return name().orElse("the only column");
    }

    /** The one column that a file or query has; a snapshot with several columns is refused. */
    record OnlyColumn() implements MemberKeyField {
        @Override
        public Optional<String> name() {
            return Optional.empty();
        }
    }

    /** A named column or JSON field; of a vendor's record, a field that it always has. */
    record Named(String field) implements MemberKeyField {
        @Override
        public Optional<String> name() {
            return Optional.of(field);
        }
    }

    /** A property that a vendor's record may have besides its fields. */
    record Property(String property) implements MemberKeyField {
        @Override
        public Optional<String> name() {
            return Optional.of(property);
        }

        @Override
        public String words() {
            return "property:" + property;
        }
    }
}
