package io.cohortsync.mixpanel;

/**
 * A cohort as Mixpanel lists it (contracts, section 6.1).
 *
 * @param id its number, as text
 * @param name empty: it has none
 * @param count of its members when Mixpanel last counted, which is not said to be exact
 */
public record Cohort(String id, String name, long count) {

    /** Mixpanel's usual {@code page_size}. */
    private static final int PAGE = 1_000;

    /** How many pages it takes to read it, with the empty one that follows a last page that is exactly full. */
    public int pages() {
        return Math.toIntExact(count / PAGE + 1);
    }
}
