package io.cohortsync.delivery;

import io.cohortsync.config.TargetSettings;
import io.cohortsync.diff.LinkPlan;
import io.cohortsync.diff.PlannedChange;
import io.cohortsync.guard.Cleared;
import io.cohortsync.link.Link;
import io.cohortsync.run.Outcome;
import io.cohortsync.run.Run;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One link's part of a run while it is delivered: the batches still to send, and why no more are sent, if so. */
public final class LinkDelivery {

    /** After so many batches in a row that were given up, the rest of the run is given up too. */
    private static final int EXHAUSTED_IN_A_ROW = 3;

    /** So many refusals of one run are bad records; more, if they are also a tenth of it, are a bad configuration. */
    private static final int REJECTED_AT_MOST = 20;

    private static final double REJECTED_SHARE = 0.1;

    private final Run run;
    private final Cleared cleared;
    private final MessageIds messageIds;
    private final SupersededDoubt doubt;
    private final Iterator<PlannedChange> enters;
    private final Iterator<PlannedChange> exits;
    private final Deque<Batch> returned = new ArrayDeque<>();
    private Optional<String> stopped = Optional.empty();
    private Outcome rest = Outcome.WAITING;
    private String lastRefusal = "";
    private Optional<String> remoteId = Optional.empty();
    private boolean creationUnanswered;
    private int givenUp;
    private String lastGivenUp = "";
    private int exhaustedInARow;
    private long rejected;
    private long answered;

    LinkDelivery(Run run, Cleared cleared, MessageIds messageIds, SupersededDoubt doubt) {
        this.run = run;
        this.cleared = cleared;
        this.messageIds = messageIds;
        this.doubt = doubt;
        this.enters = cleared.plan().enters(cleared.enters().passes());
        this.exits = cleared.plan().exits(cleared.exits().passes());
    }

    public Run run() {
        return run;
    }

    public Link link() {
        return cleared.link();
    }

    public TargetSettings target() {
        return link().settings().target();
    }

    LinkPlan plan() {
        return cleared.plan();
    }

    SupersededDoubt doubt() {
        return doubt;
    }

    List<Change> changes(List<PlannedChange> planned) {
        return planned.stream()
                .map(change ->
                        new Change(change.key(), change.enter(), Map.of("messageId", messageIds.of(link(), change))))
                .toList();
    }

    /** As many iterators over the same batches as calls may be in flight; each batch comes out of one of them. */
    public List<Iterator<Batch>> lanes() {
        return IntStream.range(0, target().inFlight()).mapToObj(i -> lane()).toList();
    }

    private Iterator<Batch> lane() {
        return new Iterator<>() {
            private Optional<Batch> next = Optional.empty();
            private boolean ended;

            @Override
            public boolean hasNext() {
                if (next.isEmpty() && !ended) {
                    next = poll();
                    ended = next.isEmpty();
                }
                return next.isPresent();
            }

            @Override
            public Batch next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                Batch batch = next.get();
                next = Optional.empty();
                return batch;
            }
        };
    }

    /** Whether something is left to send: a lane may have ended just before another gave a batch back in halves. */
    public synchronized boolean isMore() {
        return stopped.isEmpty() && (!returned.isEmpty() || enters.hasNext() || exits.hasNext());
    }

    private synchronized Optional<Batch> poll() {
        if (!isMore()) {
            return Optional.empty();
        }
        if (!returned.isEmpty()) {
            return Optional.of(returned.pop());
        }
        List<PlannedChange> changes = new ArrayList<>();
        fill(changes, enters);
        if (changes.isEmpty() || target().mixed()) {
            fill(changes, exits);
        }
        return Optional.of(new Batch(this, changes));
    }

    private void fill(List<PlannedChange> changes, Iterator<PlannedChange> from) {
        while (changes.size() < target().batchSize() && from.hasNext()) {
            changes.add(from.next());
        }
    }

    synchronized void giveBack(List<Batch> batches) {
        for (int i = batches.size() - 1; i >= 0; i--) {
            returned.push(batches.get(i));
        }
    }

    /** Sends nothing more in this run: the rest waits for a later one. */
    synchronized void stop(String why) {
        if (stopped.isEmpty()) {
            stopped = Optional.of(why);
        }
    }

    /** Why it sends nothing more, if it does not. */
    synchronized Optional<String> stopped() {
        return stopped;
    }

    /** What is left undone and why, if something is. */
    public synchronized Optional<String> undone() {
        return stopped.or(() -> Stream.of(batchesGivenUp(), cleared.why())
                .flatMap(Optional::stream)
                .reduce((one, other) -> one + "; " + other));
    }

    private Optional<String> batchesGivenUp() {
        return switch (givenUp) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of("a batch was given up for this run: " + lastGivenUp);
            default -> Optional.of(givenUp + " batches were given up for this run, the last with: " + lastGivenUp);
        };
    }

    synchronized void exhausted(String words) {
        givenUp++;
        lastGivenUp = words;
        if (++exhaustedInARow >= EXHAUSTED_IN_A_ROW && stopped.isEmpty()) {
            rest = Outcome.FAILED;
            stop("given up for this run after " + EXHAUSTED_IN_A_ROW + " batches in a row failed: " + words);
        }
    }

    synchronized void accepted(int changes) {
        exhaustedInARow = 0;
        answered += changes;
    }

    /** @return how many of this run were rejected, this one included */
    synchronized long rejected() {
        answered++;
        return ++rejected;
    }

    /** How much of what was answered is refused, in words. */
    synchronized String refusals() {
        return String.format(Locale.ROOT, "%,d of the first %,d changes were refused", rejected, answered);
    }

    /** Whether so much is refused that the configuration must be wrong, and not the records. */
    public synchronized boolean isRefusedThroughout() {
        return rejected > REJECTED_AT_MOST && rejected > REJECTED_SHARE * answered;
    }

    /** Sends nothing more until a person has decided something: the rest is held. */
    synchronized void hold(String why) {
        if (stopped.isEmpty()) {
            rest = Outcome.HELD;
            stop(why);
        }
    }

    /** What a batch counts as that was not tried because something had stopped. */
    synchronized Outcome untried() {
        return rest == Outcome.HELD ? Outcome.HELD : Outcome.WAITING;
    }

    /** What the changes that were not sent count as. */
    synchronized Outcome rest() {
        return rest;
    }

    /** The first batch, which is sent in its turn all the same; without changes where there is none. */
    synchronized Batch firstBatch() {
        Optional<Batch> first = poll();
        first.ifPresent(batch -> giveBack(List.of(batch)));
        return new Batch(this, first.map(Batch::planned).orElse(List.of()));
    }

    /** The list at the target is found or created; or, with an empty id, there is none. */
    synchronized void prepared(String id) {
        remoteId = Optional.of(id);
    }

    /** The list was asked for in this run, and nothing tells what came of it. */
    synchronized void creationUnanswered() {
        creationUnanswered = true;
    }

    synchronized boolean isCreationUnanswered() {
        return creationUnanswered;
    }

    /** The target refused to create the list. */
    synchronized void refused(String words) {
        lastRefusal = words;
    }

    /** What the target said as it last refused to create the list. */
    synchronized String lastRefusal() {
        return lastRefusal;
    }

    /** Whether the list at the target still has to be found, because something is to be sent. */
    public synchronized boolean isUnprepared() {
        return remoteId.isEmpty() && isMore();
    }

    /** The id of the list at the target that this fills; empty: there is none, or the target keeps none. */
    public synchronized String remoteId() {
        return remoteId.orElse("");
    }
}
