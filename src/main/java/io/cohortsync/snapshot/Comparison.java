package io.cohortsync.snapshot;

import io.cohortsync.config.MemberKeyField;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.diff.Diff;
import java.util.List;

/**
 * One pass over one snapshot of a sync: what is read, and what it is compared with.
 *
 * @param sync whose cohort is read
 * @param columns the values wanted of every record; a chunk's rows have them in this order
 * @param pass compares what is read
 */
public record Comparison(SyncSettings sync, List<MemberKeyField> columns, Diff.Pass pass) {}
