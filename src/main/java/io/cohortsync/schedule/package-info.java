/** When a sync runs. */
package io.cohortsync.schedule;
