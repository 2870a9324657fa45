/** One pass over one snapshot, compared with every link of its sync. */
package io.cohortsync.snapshot;
