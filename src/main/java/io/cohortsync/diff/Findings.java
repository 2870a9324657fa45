package io.cohortsync.diff;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** What comparing a snapshot with one link has found so far; most of it is spooled, whatever its number. */
final class Findings {

    private final EnterSpool enters;
    private final LongSpool exits;
    private final LongSpool noLongerWanted;
    private final List<PlannedChange> exitsByKey = new ArrayList<>();
    private final List<PlannedChange> noLongerWantedByKey = new ArrayList<>();
    private final List<PlannedChange> wantedAgain = new ArrayList<>();
    private long same;
    private long sentAgain;
    private long settled;
    private long duplicate;

    Findings(Path directory) {
        enters = new EnterSpool(directory, EnterSpool.BUFFER_BYTES);
        exits = new LongSpool(directory);
        noLongerWanted = new LongSpool(directory);
    }

    /** Takes what was matched, now that all of the snapshot, or of this range, was. */
    void add(Matching done, long exitEpoch) {
        same += done.same();
        sentAgain += done.sentAgain();
        settled += done.settled();
        duplicate += done.duplicate();
        exitsByKey.addAll(done.exitsByKey());
        noLongerWantedByKey.addAll(done.noLongerWantedByKey());
        wantedAgain.addAll(done.wantedAgain(exitEpoch));
        done.exits(exits::add);
        done.noLongerWanted(noLongerWanted::add);
    }

    /** Ends the gathering, and says where every record went. */
    ReadCounts complete(KeyReader reader) {
        enters.complete();
        return new ReadCounts(
                reader.read(),
                same,
                settled,
                enters.size(),
                reader.invalid(),
                reader.anonymous(),
                duplicate + enters.repeated(),
                exitsByKey.size() + exits.size());
    }

    long sentAgain() {
        return sentAgain;
    }

    EnterSpool enters() {
        return enters;
    }

    LongSpool exits() {
        return exits;
    }

    /** Of all who leave. */
    LongStream exitPrints() {
        return LongStream.concat(exitsByKey.stream().mapToLong(PlannedChange::fingerprint), exits.stream());
    }

    LongSpool noLongerWanted() {
        return noLongerWanted;
    }

    List<PlannedChange> exitsByKey() {
        return exitsByKey;
    }

    List<PlannedChange> noLongerWantedByKey() {
        return noLongerWantedByKey;
    }

    List<PlannedChange> wantedAgain() {
        return wantedAgain;
    }

    void close() {
        enters.close();
        exits.close();
        noLongerWanted.close();
    }
}
