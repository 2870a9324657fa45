package io.cohortsync.config;

/** Which value of a source's record is the member key. */
public sealed interface MemberKeyField {

    /** The one column that a file or query has; a snapshot with several columns is refused. */
    record OnlyColumn() implements MemberKeyField {}

    /** A named column or JSON field. */
    record Named(String field) implements MemberKeyField {}
}
