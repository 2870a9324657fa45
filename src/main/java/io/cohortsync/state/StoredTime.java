package io.cohortsync.state;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/** Times as the database is given them: in UTC, since a local time names two instants when clocks are put back. */
public final class StoredTime {

    private StoredTime() {}

    /** An instant as a statement's parameter. */
    public static OffsetDateTime of(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    /** The instant in a column; empty: null. */
    public static Optional<Instant> read(ResultSet rs, int column) throws SQLException {
        return Optional.ofNullable(rs.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    /** The instant in a column; empty: null. */
    public static Optional<Instant> read(ResultSet rs, String column) throws SQLException {
        return Optional.ofNullable(rs.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }
}
