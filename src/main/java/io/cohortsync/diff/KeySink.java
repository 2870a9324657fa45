package io.cohortsync.diff;

/** Takes member keys that were read, several at once so that a core can look for them side by side. */
interface KeySink {

    /**
     * Takes some keys; nobody else changes what is given here.
     *
     * @param fingerprints one for each key
     * @param bytes where all the keys are, as UTF-8
     * @param starts where each begins
     * @param ends where each ends
     * @param count how many keys there are
     */
    void accept(long[] fingerprints, byte[] bytes, int[] starts, int[] ends, int count);
}
