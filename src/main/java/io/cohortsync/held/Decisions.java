package io.cohortsync.held;

import java.util.stream.LongStream;

/**
 * What a person has decided about members of a link.
 *
 * @param mayEnter who may enter, whatever the guard says
 * @param mayLeave who may be removed, whatever the guard says
 * @param kept who is not removed until they are in a snapshot again
 */
public record Decisions(Prints mayEnter, Prints mayLeave, Prints kept) {

    public static final Decisions NONE = new Decisions(Prints.NONE, Prints.NONE, Prints.NONE);

    /** How many members they are about. */
    long size() {
        return (long) mayEnter.size() + mayLeave.size() + kept.size();
    }

    /** About whom a decision is over, since these are all whom a snapshot asks to add and to remove. */
    Decisions over(LongStream entering, LongStream leaving) {
        if (size() == 0) {
            return NONE;
        }
        Prints out = Prints.of(leaving.filter(print -> mayLeave.contains(print) || kept.contains(print)));
        Prints in = Prints.of(entering.filter(mayEnter::contains));
        return new Decisions(mayEnter.without(in), mayLeave.without(out), kept.without(out));
    }
}
