package io.cohortsync.bench;

/** The enters and exits that a contestant read out, each with its key: how many, and what they are in any order. */
final class Changes {

    private long enters;
    private long exits;
    private long sum;

    void enter(String key) {
        enters++;
        sum += mixed(key.hashCode());
    }

    void exit(String key) {
        exits++;
        sum -= 31 * mixed(key.hashCode());
    }

    /** One row of a full join: null on the side that does not hold the key. */
    void add(String inSnapshot, String acknowledged) {
        if (acknowledged == null) {
            enter(inSnapshot);
        } else {
            exit(acknowledged);
        }
    }

    private static long mixed(long hash) {
        long product = hash * 0x9e3779b97f4a7c15L;
        return (product ^ product >>> 29) * 0xbf58476d1ce4e5b9L;
    }

    @Override
    public String toString() {
        return enters + " enters, " + exits + " exits, hash " + Long.toHexString(sum);
    }
}
