/** How configuration becomes running routes, and how pausing them reaches every node. */
package io.cohortsync.flow;
