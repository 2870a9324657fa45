package io.cohortsync.config;

import java.util.Optional;

/**
 * One sync × one of its targets.
 *
 * @param sync the sync's name
 * @param target the receiver
 * @param enabled false: this link is left out of its sync's runs
 * @param memberKey the field of a source's record that holds the member key
 * @param normalize what is done to the key before it is compared
 * @param onRename what happens when the source gives the cohort another name
 * @param awaitsName whether {@code {name}} still stands in the trait and the list's name, because the source will tell it
 * @param trait for a Segment target, the trait's name with {@code {name}} and {@code {id}} filled in
 * @param integration for a Segment target, what {@code context.integration} says; empty: it is left out
 * @param integrations for a Segment target, the {@code integrations} object as JSON; empty: it is left out
 * @param list for a target that keeps lists of people, the one that is filled; empty: it keeps none
 */
public record LinkSettings(
        String sync,
        TargetSettings target,
        boolean enabled,
        MemberKeyField memberKey,
        Normalize normalize,
        OnRename onRename,
        boolean awaitsName,
        Optional<String> trait,
        Optional<Integration> integration,
        Optional<String> integrations,
        Optional<ListSettings> list) {

    /** Whether it is to be filled: neither it nor its target is disabled. */
    public boolean inUse() {
        return enabled && target.enabled();
    }

    /** The same with the cohort's name, as its source tells it, filled in where it is awaited. */
    public LinkSettings named(String cohortName) {
        return !awaitsName
                ? this
                : new LinkSettings(
                        sync,
                        target,
                        enabled,
                        memberKey,
                        normalize,
                        onRename,
                        false,
                        trait.map(text -> Placeholders.named(text, cohortName)),
                        integration,
                        integrations,
                        list.map(known -> known.named(cohortName)));
    }

    /** The trait or the list that is written, in words a person can compare; empty: the target has neither. */
    public Optional<String> written() {
        return trait.or(() -> list.map(ListSettings::which));
    }

    /** What {@code context.integration} says (contracts, section 1.4). */
    public record Integration(String name, String version) {}
}
