package io.cohortsync.sandbox;

import java.util.Optional;

/**
 * How the stand-in for Amplitude hands out cohorts, where people may choose; what they leave out is as at Amplitude.
 *
 * @param polls how often a download is in progress before it is completed
 * @param readyAfterMillis how long it is in progress at least
 * @param linkSeconds how long a pre-signed link is good
 * @param monthly downloads a calendar month (UTC)
 * @param per10Minutes downloads within ten minutes
 * @param pollsCount whether asking for the state counts towards those
 * @param parallel downloads that were asked for within a minute and are in progress
 * @param inPlaceBelow smaller cohorts are answered in place of a link; 0: none is
 * @param contentEncoding whether files say in a header that they are gzip, which they are
 * @param sizeOff by how much the list's size is wrong
 * @param truncated whether files end halfway, unseen by HTTP
 */
record AmplitudeBehaviour(
        int polls,
        long readyAfterMillis,
        long linkSeconds,
        int monthly,
        int per10Minutes,
        boolean pollsCount,
        int parallel,
        int inPlaceBelow,
        boolean contentEncoding,
        int sizeOff,
        boolean truncated) {

    /** What people choose. */
    record Choice(
            Optional<Integer> polls,
            Optional<Long> readyAfterMillis,
            Optional<Long> linkSeconds,
            Optional<Integer> monthly,
            Optional<Integer> per10Minutes,
            Optional<Boolean> pollsCount,
            Optional<Integer> parallel,
            Optional<Integer> inPlaceBelow,
            Optional<Boolean> contentEncoding,
            Optional<Integer> sizeOff,
            Optional<Boolean> truncated) {}

    static AmplitudeBehaviour usual() {
        return new AmplitudeBehaviour(1, 0, 60, 500, 60, false, 4, 100, true, 0, false);
    }

    static AmplitudeBehaviour chosen(Choice choice) {
        AmplitudeBehaviour usual = usual();
        return new AmplitudeBehaviour(
                choice.polls().orElse(usual.polls),
                choice.readyAfterMillis().orElse(usual.readyAfterMillis),
                choice.linkSeconds().orElse(usual.linkSeconds),
                choice.monthly().orElse(usual.monthly),
                choice.per10Minutes().orElse(usual.per10Minutes),
                choice.pollsCount().orElse(usual.pollsCount),
                choice.parallel().orElse(usual.parallel),
                choice.inPlaceBelow().orElse(usual.inPlaceBelow),
                choice.contentEncoding().orElse(usual.contentEncoding),
                choice.sizeOff().orElse(usual.sizeOff),
                choice.truncated().orElse(usual.truncated));
    }
}
