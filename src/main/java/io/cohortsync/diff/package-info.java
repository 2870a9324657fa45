/** Comparing a snapshot with what each target has acknowledged. */
package io.cohortsync.diff;
