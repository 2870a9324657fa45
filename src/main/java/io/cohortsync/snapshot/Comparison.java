package io.cohortsync.snapshot;

import io.cohortsync.config.MemberKeyField;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.diff.Diff;
import io.cohortsync.run.Run;
import java.util.List;
import java.util.Optional;

/**
 * One pass over one snapshot of a sync: what is read, and what it is compared with.
 *
 * @param run for which it is read; empty: for a plan
 * @param sync whose cohort is read
 * @param columns the values wanted of every record; a chunk's rows have them in this order
 * @param pass compares what is read
 */
public record Comparison(Optional<Run> run, SyncSettings sync, List<MemberKeyField> columns, Diff.Pass pass) {}
