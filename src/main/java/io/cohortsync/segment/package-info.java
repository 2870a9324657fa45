/** What Segment's HTTP API expects. */
package io.cohortsync.segment;
