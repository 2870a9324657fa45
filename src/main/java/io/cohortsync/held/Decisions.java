package io.cohortsync.held;

/**
 * What a person has decided about members of a link.
 *
 * @param mayEnter who may enter, whatever the guard says
 * @param mayLeave who may be removed, whatever the guard says
 * @param kept who is not removed until they are in a snapshot again
 */
public record Decisions(Prints mayEnter, Prints mayLeave, Prints kept) {

    public static final Decisions NONE = new Decisions(Prints.NONE, Prints.NONE, Prints.NONE);

    public boolean areNone() {
        return mayEnter.isEmpty() && mayLeave.isEmpty() && kept.isEmpty();
    }
}
