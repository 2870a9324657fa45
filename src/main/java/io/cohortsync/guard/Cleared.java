package io.cohortsync.guard;

import io.cohortsync.diff.LinkPlan;
import io.cohortsync.link.Link;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * A plan after the guard has looked at it.
 *
 * @param plan what the snapshot asks for
 * @param enters what becomes of its enters
 * @param exits what becomes of its exits
 * @param whyBroken why the snapshot is not complete for this link, so that nothing may be sent; empty: it is
 * @param planId by which a person can approve what is held; empty: nothing is, or another decision is needed
 */
public record Cleared(LinkPlan plan, Part enters, Part exits, Optional<String> whyBroken, Optional<String> planId) {

    /**
     * The enters of a plan, or its exits.
     *
     * @param passing how many may be sent
     * @param held how many wait for a person
     * @param why some wait; empty: none does
     * @param passes whether a member with this fingerprint may be sent
     */
    public record Part(long passing, long held, Optional<String> why, LongPredicate passes) {

        static final Part NOTHING = new Part(0, 0, Optional.empty(), print -> false);

        /** Of these members, those who wait. */
        LongStream held(LongStream prints) {
            return prints.filter(passes.negate());
        }

        static Part held(long changes, String why) {
            return new Part(0, changes, Optional.of(why), print -> false);
        }
    }

    /** The same, but that all exits wait for another run. */
    Cleared nobodyLeaves(String why) {
        long leaving = exits.passing() + exits.held();
        return leaving == 0 ? this : new Cleared(plan, enters, Part.held(leaving, why), whyBroken, Optional.empty());
    }

    public Link link() {
        return plan.link();
    }

    /** The destination, which decides where the plan goes next. */
    public String destination() {
        return plan.link().settings().target().type();
    }

    /** How many changes wait for a person. */
    public long held() {
        return enters.held() + exits.held();
    }

    /** Whether the snapshot is not complete for this link. */
    public boolean isBroken() {
        return whyBroken.isPresent();
    }

    /** Why something is held, in words. */
    Optional<String> reasons() {
        return Stream.of(enters.why(), exits.why())
                .flatMap(Optional::stream)
                .distinct()
                .reduce((one, other) -> one + "; " + other);
    }

    /** Why something is not sent, in words, and what a person can do. */
    public Optional<String> why() {
        return whyBroken.or(() ->
                reasons().map(words -> words + planId.map(this::whatToDo).orElse("")));
    }

    private String whatToDo(String plan) {
        return (exits.held() > 0 ? "; approve or discard plan " : "; approve plan ") + plan;
    }
}
