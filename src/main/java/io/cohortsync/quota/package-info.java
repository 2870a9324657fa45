/** How much is asked of vendors that allow only so much of it, counted across nodes and restarts. */
package io.cohortsync.quota;
