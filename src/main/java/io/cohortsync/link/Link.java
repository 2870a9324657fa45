package io.cohortsync.link;

import io.cohortsync.config.LinkSettings;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A sync × one of its targets, as configured and as stored when a run began.
 *
 * @param id its row
 * @param settings its configuration, with the cohort's name filled in where the source has told it
 * @param cohortName what {@code {name}} stands for
 * @param version raised with every transaction that changes its members
 * @param exitEpoch raised with every exit that was sent: what makes an enter after it a new message
 * @param acknowledged how many members its target is known to hold
 * @param identityChange what it was filled under and is now, in words, where they differ
 * @param acceptable whether a person may accept that; false: nothing may be sent for another reason, which it says
 * @param resyncAfter of a resync that is under way: members acknowledged by this run or an earlier one are sent again
 */
public record Link(
        long id,
        LinkSettings settings,
        String cohortName,
        long version,
        long exitEpoch,
        long acknowledged,
        Optional<String> identityChange,
        boolean acceptable,
        OptionalLong resyncAfter) {

    /** How it is named in logs and messages. */
    public String name() {
        return settings.sync() + " → " + settings.target().name();
    }

    /** The same link after its changed identity was accepted. */
    public Link kept() {
        return new Link(
                id, settings, cohortName, version, exitEpoch, acknowledged, Optional.empty(), true, resyncAfter);
    }

    /** The same link, held because the list that it was filled into is no longer what it was. */
    public Link held(String why) {
        return new Link(
                id, settings, cohortName, version, exitEpoch, acknowledged, Optional.of(why), false, resyncAfter);
    }
}
