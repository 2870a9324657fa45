package io.cohortsync.diff;

/**
 * Where every record of a snapshot went at one link: {@code read = same + settled + enter + invalid + anonymous +
 * duplicate}. Exits are not records of the snapshot.
 */
public record ReadCounts(
        long read, long same, long settled, long enter, long invalid, long anonymous, long duplicate, long exit) {

    /** How many members the link should have. */
    public long desired() {
        return same + settled + enter;
    }

    /** Whether more than half of its records are invalid, so that it is not taken for complete. */
    public boolean isMostlyInvalid() {
        return invalid * 2 > read;
    }

    /** The same once the snapshot is taken for what is acknowledged: everybody in it is, and nobody else. */
    public ReadCounts adopted() {
        return new ReadCounts(read, same + enter, settled, 0, invalid, anonymous, duplicate, 0);
    }

    /** The same with so many exits fewer. */
    ReadCounts without(long exits) {
        return new ReadCounts(read, same, settled, enter, invalid, anonymous, duplicate, exit - exits);
    }
}
