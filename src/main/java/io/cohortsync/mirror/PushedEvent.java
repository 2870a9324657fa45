package io.cohortsync.mirror;

import io.cohortsync.member.MemberKeys;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Somebody was said to be in a cohort, or not.
 *
 * @param cohort the cohort, as its source names it; as {@link #mayBeCohort} has it
 * @param cohortName what it is called there, if that was said
 * @param member the person, as the source knows it; as {@link #mayBeMember} has it
 * @param inside whether in it
 * @param at when that was so; of two events about one person the later counts, and of two at one time the one received last
 * @param properties the person's properties that some sync takes for the member key, by the key's words
 */
public record PushedEvent(
        String cohort,
        Optional<String> cohortName,
        String member,
        boolean inside,
        Instant at,
        Map<String, String> properties) {

    /** Longest id of a cohort, in characters. */
    public static final int LONGEST_COHORT = 300;

    private static final int LONGEST_NAME = 1_000;
    private static final int LONGEST_MEMBER = 512;

    /** Whether this can name somebody here: not blank, at most 512 characters, each of which can be stored. */
    public static boolean mayBeMember(String text) {
        return fits(text, LONGEST_MEMBER);
    }

    /** Whether this can be a cohort's id here: as a member, but at most 300 characters. */
    public static boolean mayBeCohort(String text) {
        return fits(text, LONGEST_COHORT);
    }

    /** Whether this can be what a cohort is called: as a member, but at most 1,000 characters. */
    public static boolean mayBeName(String text) {
        return fits(text, LONGEST_NAME);
    }

    private static boolean fits(String text, int longest) {
        return !text.isBlank()
                && text.length() <= longest
                && text.indexOf('\0') < 0
                && !MemberKeys.hasLoneSurrogate(text);
    }
}
