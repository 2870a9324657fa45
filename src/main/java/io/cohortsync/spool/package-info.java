/** What does not fit into memory, kept for a while in files of this process alone. */
package io.cohortsync.spool;
