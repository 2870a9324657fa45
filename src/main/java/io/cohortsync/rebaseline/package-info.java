/** Taking a snapshot for what a target holds, without sending anything. */
package io.cohortsync.rebaseline;
