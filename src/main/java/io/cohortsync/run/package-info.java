/** One execution of a sync: its lease, its history, its end. */
package io.cohortsync.run;
