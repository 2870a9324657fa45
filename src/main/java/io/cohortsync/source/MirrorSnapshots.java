package io.cohortsync.source;

import io.cohortsync.config.MemberKeyField;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.mirror.Mirror;
import io.cohortsync.mirror.MirrorCohort;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** Reads a cohort that was pushed to us from our own table of it; {@code mirrorSnapshots} in the routes. */
@Component
public class MirrorSnapshots {

    private final Mirror mirror;

    MirrorSnapshots(Mirror mirror) {
        this.mirror = mirror;
    }

    /**
     * What is known of a sync's cohort; where no name was pushed, its id is its name.
     *
     * @throws IncompleteSnapshotException when nothing of it was ever received: that says nothing of who is in it
     */
    public Told ask(SyncSettings sync) {
        MirrorCohort cohort = known(sync);
        return new Told(
                cohort.name().or(() -> Optional.of(cohort.cohort())),
                OptionalLong.empty(),
                Optional.of(state(cohort)),
                "unchanged since the last run; last event " + cohort.lastEvent().truncatedTo(ChronoUnit.SECONDS));
    }

    /** Which state a cohort is in: the same text, the same members. */
    public static String state(MirrorCohort cohort) {
        return "change " + cohort.version();
    }

    /**
     * Opens the cohort. What is pushed while it is read is in it or not; then it changed, and is read again.
     *
     * @param fields the distinct fields wanted: each row of a chunk has one value for each, in this order
     * @throws IncompleteSnapshotException as {@link #ask}
     */
    public SnapshotReader open(SyncSettings sync, List<MemberKeyField> fields) {
        MirrorCohort cohort = known(sync);
        String origin = "Cohort " + cohort.cohort() + " as pushed to " + cohort.source();
        return new Chunks(
                origin,
                new MirrorRecords(
                        mirror,
                        cohort,
                        List.copyOf(fields),
                        sync.source().fields().get(0)),
                fields.size());
    }

    /** The cohorts that a source has pushed so far. */
    public List<CohortChoice> cohorts(String source) {
        return ofSource(source)
                .map(cohort -> new CohortChoice(cohort.cohort(), cohort.name(), OptionalLong.of(cohort.members())))
                .toList();
    }

    private Stream<MirrorCohort> ofSource(String source) {
        return mirror.cohorts().stream().filter(cohort -> cohort.source().equals(source));
    }

    private MirrorCohort known(SyncSettings sync) {
        String source = sync.source().name();
        return mirror.find(source, sync.cohort())
                .orElseThrow(() -> new IncompleteSnapshotException("Nothing of cohort " + sync.cohort()
                        + " was ever pushed to /hooks/" + source + "; " + received(source)));
    }

    private String received(String source) {
        List<String> known =
                ofSource(source).map(MirrorCohort::cohort).limit(10).toList();
        return known.isEmpty() ? "nothing at all was" : "received so far: " + String.join(", ", known);
    }
}
